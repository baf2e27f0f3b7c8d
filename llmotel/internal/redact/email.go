package redact

// emailAt finds the e-mail address around the @ at i: a local part, and a domain
// whose last label begins with two letters. Letters of European alphabets count as
// letters; those of others do not, because texts in them stand against addresses
// without a space.
func emailAt(t []byte, from, i int) (start, end int, mask string) {
	if i+2 < len(t) && t[i+1] == 'v' && isDigit(t[i+2]) {
		return 0, 0, "" // a version of a Go module
	}
	end, dots := i+1, 0
	label := end
	for end < len(t) {
		switch c := t[end]; {
		case isAlnum(c) || c == '-' && end > label:
			end++
			continue
		case c == '.' && end > label && end+1 < len(t) && (isAlnum(t[end+1]) || european(t, end+1)):
			end++
			label = end
			dots++
			continue
		case european(t, end):
			end += 2
			continue
		}
		break
	}
	for end > label && t[end-1] == '-' {
		end--
	}
	if dots == 0 || end-label < 2 || !letter(t, label) || !european(t, label) && !letter(t, label+1) {
		return 0, 0, ""
	}
	start = i
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
	if start == i {
		return 0, 0, ""
	}
	return start, end, email
}

func letter(t []byte, i int) bool {
	return i < len(t) && (isLower(t[i]|0x20) || european(t, i))
}

// european reports whether the two bytes at i are a letter of U+00C0 to U+07FF.
func european(t []byte, i int) bool {
	return i+1 < len(t) && t[i] >= 0xc3 && t[i] <= 0xdf && t[i+1]&0xc0 == 0x80
}
