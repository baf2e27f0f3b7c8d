package content

import "sync"

// DefaultLimit is how many bytes of content a Builder keeps by default.
const DefaultLimit = 1 << 20

const (
	// maxItems bounds the messages, parts and tools of one call together: a
	// wire may hold any number of empty ones.
	maxItems = 1 << 13
	// maxPooled is how much memory a Builder may take back to the pool: what most
	// conversations need, and what the default limit allows.
	maxPooled = DefaultLimit
)

// Builder collects the content of one call. All of its methods, and those of
// the messages, parts and tools that it hands out, do nothing on a nil
// receiver, so that a reader need not ask whether content is wanted or still
// fits. It is not safe for concurrent use.
type Builder struct {
	limit     int
	size      int // bytes kept
	outSize   int // those of them that belong to outputs
	items     int
	outItems  int
	grown     int // capacity of all slices
	truncated bool

	system  Message
	input   []*Message
	output  []*Message // by choice
	tools   []*Tool
	scratch [2][]byte // of the Encoder
}

var pool = sync.Pool{New: func() any { return new(Builder) }}

// Get returns an empty Builder that keeps at most limit bytes of content;
// 0 or less means DefaultLimit. What comes before the answer may take three
// quarters of it, so that a long conversation leaves room for the answer.
func Get(limit int) *Builder {
	b, _ := pool.Get().(*Builder)
	if limit <= 0 {
		limit = DefaultLimit
	}
	b.limit = limit
	return b
}

// Free empties b and gives it back. Nothing that came from b may be used
// afterwards.
func (b *Builder) Free() {
	if b == nil || b.grown+cap(b.scratch[0])+cap(b.scratch[1]) > maxPooled || b.items > maxItems/16 {
		return
	}
	b.system.reset()
	b.input, b.output, b.tools = b.input[:0], b.output[:0], b.tools[:0]
	b.size, b.outSize, b.items, b.outItems, b.truncated = 0, 0, 0, 0, false
	pool.Put(b)
}

// Size is about what the documents of b need, if most texts have no escapes and
// nothing is shortened.
func (b *Builder) Size() int {
	const item, escapes = 64, 16 // what stands around a part; one byte of so many is escaped
	if b == nil {
		return 0
	}
	return b.size + b.size/escapes + item*(b.items+1)
}

// Truncated reports whether content was dropped because of the limit.
func (b *Builder) Truncated() bool { return b != nil && b.truncated }

// System returns the message that holds the instructions that stand apart from
// the conversation.
func (b *Builder) System() *Message {
	if b == nil {
		return nil
	}
	b.system.b = b
	return &b.system
}

// Input appends a message to the conversation. An empty role means "user"
// unless SetRole tells it later.
func (b *Builder) Input(role string) *Message {
	if !b.another(false) {
		return nil
	}
	var m *Message
	b.input, m = next(b.input)
	m.reset()
	m.b = b
	m.SetRoleString(role)
	return m
}

// Output returns the message of the answer's alternative with that index. Its
// role is "assistant" unless set.
func (b *Builder) Output(choice int) *Message {
	if b == nil {
		return nil
	}
	choice = max(choice, 0)
	for _, m := range b.output {
		if m.choice == choice {
			return m
		}
	}
	if !b.another(true) {
		return nil
	}
	var m *Message
	b.output, m = next(b.output)
	m.reset()
	m.b, m.out, m.choice = b, true, choice
	for i := len(b.output) - 1; i > 0 && b.output[i-1].choice > choice; i-- {
		b.output[i-1], b.output[i] = b.output[i], b.output[i-1]
	}
	return m
}

// ResetOutput forgets the answer: the stream starts again.
func (b *Builder) ResetOutput() {
	if b == nil {
		return
	}
	b.size -= b.outSize
	b.items -= b.outItems
	b.outSize, b.outItems = 0, 0
	b.output = b.output[:0]
}

// Tool appends a tool definition.
func (b *Builder) Tool() *Tool {
	if !b.another(false) {
		return nil
	}
	var t *Tool
	b.tools, t = next(b.tools)
	t.reset()
	t.b = b
	return t
}

// another counts one more message, part or tool and reports whether it may be
// kept.
func (b *Builder) another(out bool) bool {
	if b == nil {
		return false
	}
	if b.items >= maxItems {
		b.truncated = true
		return false
	}
	b.items++
	if out {
		b.outItems++
	}
	return true
}

// room returns how many more bytes may be kept.
func (b *Builder) room(out bool) int {
	if out {
		return b.limit - b.size
	}
	return b.limit - b.limit/4 - (b.size - b.outSize)
}

// next makes list longer by one and returns its new last element, the one that
// stood there before where there is one.
func next[T any](list []*T) ([]*T, *T) {
	n := len(list)
	if n < cap(list) {
		list = list[:n+1]
	} else {
		list = append(list, nil)
	}
	if list[n] == nil {
		list[n] = new(T)
	}
	return list, list[n]
}
