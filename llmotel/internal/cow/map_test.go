package cow_test

import (
	"sync"
	"testing"

	"github.com/llmotel/sdk/llmotel/internal/cow"
)

func TestMapConcurrentSafe(t *testing.T) {
	var m cow.Map[int, int]
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for k := range 100 {
				first := m.Put(k, g)
				if again := m.Put(k, -1); again != first {
					t.Errorf("key %d: Put returned %d, then %d", k, first, again)
				}
				if v, ok := m.Get(k); !ok || v != first {
					t.Errorf("key %d: Get returned %d, %t, want %d", k, v, ok, first)
				}
			}
		})
	}
	wg.Wait()
	if m.Len() != 100 {
		t.Errorf("Len is %d, want 100", m.Len())
	}
}

func TestMapGetDoesNotAllocate(t *testing.T) {
	type key struct{ a, b string }
	var m cow.Map[key, *int]
	m.Put(key{"a", "b"}, new(int))
	if n := testing.AllocsPerRun(100, func() { m.Get(key{"a", "b"}) }); n != 0 {
		t.Errorf("Get allocates %v times", n)
	}
}
