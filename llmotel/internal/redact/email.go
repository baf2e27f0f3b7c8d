package redact

// longestWide bounds a local part of letters beyond Europe's (RFC 5321, 4.5.3.1).
const longestWide = 64

// emailAt finds the e-mail address around the @, or %40, at i: a local part, and a
// domain whose last label begins with two letters. Letters of European alphabets
// count as letters. Those of others, in which texts stand against addresses without
// a space, do where they begin a label, or stand for the whole local part.
func emailAt(t []byte, from, i int) (start, end int, mask string) {
	domain := i + 1
	if t[i] == '%' {
		if !has(t, i, "%40") {
			return 0, 0, ""
		}
		domain = i + len("%40")
	}
	if has(t, domain, "v") && domain+1 < len(t) && isDigit(t[domain+1]) {
		return 0, 0, "" // a version of a Go module
	}
	end, dots := domain, 0
	label, foreign := end, wide(t, end) > 0
	for end < len(t) {
		switch c := t[end]; {
		case isAlnum(c) || c == '-' && end > label:
			end++
			continue
		case c == '.' && end > label && end+1 < len(t) && (isAlnum(t[end+1]) || european(t, end+1) || wide(t, end+1) > 0):
			end++
			label, foreign = end, wide(t, end) > 0
			dots++
			continue
		case european(t, end):
			end += 2
			continue
		case foreign && wide(t, end) > 0:
			end += wide(t, end)
			continue
		}
		break
	}
	for end > label && t[end-1] == '-' {
		end--
	}
	if dots == 0 || end-label < 2 || !foreign && (!letter(t, label) || !european(t, label) && !letter(t, label+1)) {
		return 0, 0, ""
	}
	if start = local(t, from, i); start == i {
		return 0, 0, ""
	}
	return start, end, email
}

// local returns where the local part that ends before i starts.
func local(t []byte, from, i int) int {
	start := i
	for start > from {
		switch c := t[start-1]; {
		case isAlnum(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-':
			start--
			continue
		case start-2 >= from && european(t, start-2):
			start -= 2
			continue
		}
		break
	}
	for start < i && (t[start] == '.' || t[start] == '-') {
		start++
	}
	if start < i {
		return start
	}
	for i-start < longestWide {
		switch {
		case start-3 >= from && wide(t, start-3) == 3:
			start -= 3
		case start-4 >= from && wide(t, start-4) == 4:
			start -= 4
		default:
			return start
		}
	}
	return start
}

func letter(t []byte, i int) bool {
	return i < len(t) && (isLower(t[i]|0x20) || european(t, i))
}

// european reports whether the two bytes at i are a letter of U+00C0 to U+07FF.
func european(t []byte, i int) bool {
	return i+1 < len(t) && t[i] >= 0xc3 && t[i] <= 0xdf && t[i+1]&0xc0 == 0x80
}

// wide returns how many bytes the letter beyond U+07FF at i has, 0 if there is none:
// punctuation, full-width forms and pictures are no letters.
func wide(t []byte, i int) int {
	if i+2 >= len(t) || t[i] < 0xe0 || t[i+1]&0xc0 != 0x80 || t[i+2]&0xc0 != 0x80 {
		return 0
	}
	switch c := t[i]; {
	case c == 0xe2, c == 0xef, c == 0xe3 && t[i+1] == 0x80:
		return 0
	case c < 0xf0:
		return 3
	case c == 0xf0 && t[i+1] != 0x9f && i+3 < len(t) && t[i+3]&0xc0 == 0x80:
		return 4
	}
	return 0
}
