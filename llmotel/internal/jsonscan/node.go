package jsonscan

import "slices"

// ID names a place in a schema to the Handler. 0 is not reported.
type ID uint8

// Node says what to do with the value at one place. Nodes are immutable once
// a Scanner uses them, and may be shared.
type Node struct {
	// keys are the members of an object that matter; elem is every element of
	// an array. Values of other types are skipped.
	keys []edge
	elem *Node
	// object and array are reported when they open and close, value is what a
	// scalar, text a string, raw any value at all is reported as.
	object, array, value, text, raw ID
	isObject                        bool
}

type edge struct {
	name string
	to   *Node
}

// Member is a named member of an object.
type Member edge

// At names the Node of an object's member.
func At(name string, to *Node) Member { return Member{name, to} }

// Object is an object whose named members matter. It is reported as id when
// it opens and when it closes. It has at most 255 members.
func Object(id ID, members ...Member) *Node {
	n := &Node{object: id, isObject: true}
	for _, m := range members {
		n.keys = append(n.keys, edge(m))
	}
	return n
}

// Array is an array of which each element is an elem. It is reported as id
// when it opens and when it closes.
func Array(id ID, elem *Node) *Node { return &Node{array: id, elem: elem} }

// Value is a string, number, true, false or null that is reported whole, up
// to MaxValue bytes.
func Value(id ID) *Node { return &Node{value: id} }

// Text is a string of any length that is reported in pieces.
func Text(id ID) *Node { return &Node{text: id} }

// Raw is a value of any type that is reported in pieces as it stands in the
// document.
func Raw(id ID) *Node { return &Node{raw: id} }

// Or joins Nodes for a place whose value has one of several types. Where both
// say something of a type, the first does.
func Or(nodes ...*Node) *Node {
	or := Node{}
	for _, n := range nodes {
		if !or.isObject && n.isObject {
			or.isObject, or.object, or.keys = true, n.object, slices.Clip(n.keys) // Add must not reach n
		}
		if or.elem == nil {
			or.array, or.elem = n.array, n.elem
		}
		if or.value == 0 {
			or.value = n.value
		}
		if or.text == 0 {
			or.text = n.text
		}
		if or.raw == 0 {
			or.raw = n.raw
		}
	}
	return &or
}

// Add gives an object further members. It serves schemas that contain
// themselves, and is for initialisation only.
func (n *Node) Add(members ...Member) *Node {
	n.isObject = true
	for _, m := range members {
		n.keys = append(n.keys, edge(m))
	}
	return n
}

// noMember is the number of a member that does not matter.
const noMember = 255

// member returns the Node of a member and its number, nil if it does not matter.
func (n *Node) member(key []byte) (*Node, uint8) {
	for i := range n.keys {
		if e := &n.keys[i]; e.name == string(key) {
			return e.to, uint8(i) // it fits: see Object
		}
	}
	return nil, noMember
}
