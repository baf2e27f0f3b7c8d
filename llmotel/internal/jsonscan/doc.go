// Package jsonscan reads JSON that arrives in pieces.
//
// A Scanner is given bytes as they pass, split wherever the network split
// them, and reports the values at the places that a schema of Nodes names. It
// keeps no document: values that no Node names are skipped, however large or
// deep they are, texts are handed on in pieces, and what it holds has a fixed
// size. It allocates nothing.
//
// It is an observer's reader. JSON that is well-formed is read as it stands;
// from JSON that is not it takes what it can and stops where it cannot tell
// what follows. It is no validator: it does not, for instance, check what
// stands inside skipped values.
//
// Schemas are made once, as package variables:
//
//	var answer = jsonscan.Object(0,
//		jsonscan.At("id", jsonscan.Value(fieldID)),
//		jsonscan.At("choices", jsonscan.Array(0, jsonscan.Object(fieldChoice,
//			jsonscan.At("text", jsonscan.Text(fieldText)))))))
//
// A Node may be several things at once, for fields that have more than one
// form: Or joins them.
package jsonscan
