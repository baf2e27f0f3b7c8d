// Package cow has a map for small sets that are read on every call and hardly
// ever grow, such as the providers and models that a program uses.
package cow

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Map is read without locking or allocating and copied when it grows. The zero
// value is empty and ready to use. It is safe for concurrent use.
type Map[K comparable, V any] struct {
	m  atomic.Pointer[map[K]V]
	mu sync.Mutex // held while growing
}

// Get returns the value of k and whether there is one.
func (c *Map[K, V]) Get(k K) (V, bool) {
	if m := c.m.Load(); m != nil {
		v, ok := (*m)[k]
		return v, ok
	}
	var zero V
	return zero, false
}

// Len returns the number of keys.
func (c *Map[K, V]) Len() int {
	if m := c.m.Load(); m != nil {
		return len(*m)
	}
	return 0
}

// Put stores v unless k has a value already, and returns the value of k.
func (c *Map[K, V]) Put(k K, v V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.Get(k); ok {
		return old
	}
	next := map[K]V{}
	if m := c.m.Load(); m != nil {
		next = maps.Clone(*m)
	}
	next[k] = v
	c.m.Store(&next)
	return v
}
