package content

// Truncate returns doc, which must be a document of an Encoder, in at most
// limit bytes: valid JSON in the form of the same schema. A document that fits
// is returned itself. The result is nil if limit is less than 2.
func Truncate(doc []byte, limit int) []byte { return doc }
