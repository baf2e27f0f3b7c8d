package redact

// Named returns the mask for a member of JSON by that name and with that value, a
// string or a number: of a secret whatever it looks like, of a phone number without
// the groups that would tell it. The mask is empty if the name says nothing.
func Named(name, value []byte) string {
	if Secret(name) {
		return key
	}
	const fewest, most = 7, 15
	digits := 0
	for _, c := range value {
		switch {
		case isDigit(c):
			digits++
		case c != ' ' && c != '-' && c != '.' && c != '/' && c != '+' && c != '(' && c != ')':
			return ""
		}
	}
	if digits < fewest || digits > most || len(name) > maxName {
		return ""
	}
	var buffer [maxName]byte
	if isPhoneName(lower(buffer[:], name)) {
		return phone
	}
	return ""
}

// lower copies a name in lower case and with _ for - to dst, which has room for it.
func lower(dst, name []byte) []byte {
	word := dst[:copy(dst, name)]
	for k, c := range word {
		switch {
		case isUpper(c):
			word[k] = c | 0x20
		case c == '-':
			word[k] = '_'
		}
	}
	return word
}
