package redact

// number looks at the digits at i. If there is nothing to mask, end is where to
// go on.
func number(t []byte, from, i int) (start, end int, mask string) {
	start, end, mask = digits(t, from, i)
	if mask != "" && has(t, end, "@") {
		if start, end, mask := emailAt(t, from, end); mask != "" {
			return start, end, mask
		}
	}
	return start, end, mask
}

func digits(t []byte, from, i int) (start, end int, mask string) {
	last := run(t, i, isDigit)
	if !starts(t, from, i) {
		if i-2 >= from && starts(t, from, i-2) {
			if end := ibanAt(t, i-2); end > 0 {
				return i - 2, end, iban
			}
		}
		return 0, last, ""
	}
	if end := uuid(t, from, i); end > 0 {
		return 0, end, ""
	}
	n := last - i
	if n <= 3 && has(t, last, ".") {
		if end := ipv4(t, from, i); end > 0 {
			return i, end, ip
		}
	}
	if continues(t, from, i) { // a longer number that was looked at from its start
		return 0, last, ""
	}
	if n <= 4 {
		if end := date(t, i); end > 0 {
			return 0, end, ""
		}
	}
	if n >= 13 || n == 4 || n == 6 {
		if end := cardNumber(t, i); end > 0 {
			return i, end, card
		}
	}
	if i-1 > from && t[i-1] == ':' && isDigit(t[i-2]) { // of a time of day, with its fraction
		return 0, last, ""
	}
	if plus := i > from && (t[i-1] == '+' || t[i-1] == '('); plus || t[i] == '0' || n == 3 || n == 1 && (t[i] == '1' || t[i] == '7' || t[i] == '8') {
		if start, end := phoneNumber(t, from, i); end > 0 {
			return start, end, phone
		}
	}
	const fewest, most = 7, 15
	if n >= 2 && n <= most && (n >= fewest || goesOn(t, last)) && phoneBefore(t, from, i) {
		if g := split(t, i); g.digits >= fewest {
			return i, g.end, phone
		}
	}
	return 0, last, ""
}

// goesOn reports whether more digits follow those that end before i, behind a
// separator.
func goesOn(t []byte, i int) bool {
	c, width := gap(t, i)
	i += width
	return (c == ' ' || c == '-' || c == '.' || c == '/') && i < len(t) && isDigit(t[i])
}

// continues reports whether the digits at i go on a number, behind a dash, a point
// or a comma.
func continues(t []byte, from, i int) bool {
	before := i - 1
	switch {
	case before <= from:
		return false
	case t[before] == '-' || t[before] == '.' || t[before] == ',':
	case i-3 > from && t[before] >= 0x80:
		if c, width := gap(t, i-3); c != '-' || width != 3 {
			return false
		}
		before = i - 3
	default:
		return false
	}
	return isDigit(t[before-1])
}

// uuid returns the end of the UUID that the digits at i begin, or stand in.
func uuid(t []byte, from, i int) int {
	start := i
	if i > from && t[i-1] == '-' {
		for start > from && i-start < 36 && (isHex(t[start-1]) || t[start-1] == '-') {
			start--
		}
	}
	if !has(t, start+8, "-") || start+36 > len(t) || !ends(t, start+36) {
		return 0
	}
	for k := range 36 {
		if dash := k == 8 || k == 13 || k == 18 || k == 23; dash != (t[start+k] == '-') || !dash && !isHex(t[start+k]) {
			return 0
		}
	}
	return start + 36
}

// date returns the end of the date at i: year, month and day in either order.
func date(t []byte, i int) int {
	first := run(t, i, isDigit)
	if first >= len(t) || t[first] != '-' && t[first] != '.' && t[first] != '/' {
		return 0
	}
	second := run(t, first+1, isDigit)
	if second >= len(t) || t[second] != t[first] {
		return 0
	}
	third := run(t, second+1, isDigit)
	a, b, c := first-i, second-first-1, third-second-1
	if small := b == 1 || b == 2; !small || !ends(t, third) {
		return 0
	}
	if a == 4 && (c == 1 || c == 2) || a <= 2 && c == 4 {
		return third
	}
	return 0
}

// cardNumber returns the end of the card number at i: 13 to 19 digits of a brand,
// in one piece or in groups of three and more with one kind of separator, whose
// check digit (Luhn) holds.
func cardNumber(t []byte, i int) int {
	var digits [19]byte
	n, groups, first, best := 0, 0, 0, 0
	var separator byte
	for end := i; ; {
		start := end
		for end < len(t) && isDigit(t[end]) {
			if n < len(digits) {
				digits[n] = t[end] - '0'
			}
			n++
			end++
		}
		size := end - start
		groups++
		if groups == 1 {
			first = size
		}
		if n > len(digits) || groups == 2 && first != 4 && first != 6 || groups > 1 && size < 3 {
			return best
		}
		if n >= 13 && (separator != '.' || groups > 2) && brand(digits[:n]) && luhn(digits[:n]) && ends(t, end) && !fraction(t, end) {
			best = end
		}
		c, width := gap(t, end)
		if c != ' ' && c != '-' && c != '.' || separator != 0 && c != separator || end+width >= len(t) || !isDigit(t[end+width]) {
			return best
		}
		separator = c
		end += width
	}
}

// fraction reports whether a decimal fraction goes on at i.
func fraction(t []byte, i int) bool {
	return i+1 < len(t) && (t[i] == '.' || t[i] == ',') && isDigit(t[i+1])
}

// brand reports whether a card number has the beginning and the length of a
// known brand.
func brand(d []byte) bool {
	n := len(d)
	two := int(d[0])*10 + int(d[1])
	four := two*100 + int(d[2])*10 + int(d[3])
	switch {
	case d[0] == 4: // Visa
		return n == 13 || n == 16 || n == 19
	case two == 34 || two == 37: // American Express
		return n == 15
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720: // Mastercard
		return n == 16
	case four >= 2200 && four <= 2204: // Mir
		return n >= 16
	case two == 30 || two == 36 || two == 38 || two == 39: // Diners Club
		return n >= 14
	case two == 35: // JCB
		return n >= 16
	case two == 50, two >= 56 && two <= 58, d[0] == 6: // Maestro, Discover, UnionPay, RuPay
		return true
	}
	return false
}

func luhn(d []byte) bool {
	sum, zeros := 0, 0
	for i, v := range d {
		if v == 0 {
			zeros++
		}
		if n := int(v); (len(d)-i)%2 == 0 {
			n *= 2
			sum += n/10 + n%10
		} else {
			sum += n
		}
	}
	return sum%10 == 0 && zeros < len(d)-2
}
