package redact

import "slices"

// phoneNumber returns where the phone number starts and ends whose first digits
// are at i; end is 0 if it is none. Phone numbers are
//
//   - + and 8 to 15 digits that do not begin with 0 (E.164), or the same behind 00
//     or 011 in groups,
//   - 0 and 8 to 10 more digits, in two groups or more, of which the first has 2
//     to 5 digits and one at least does not begin with 0, as lists of codes do,
//   - the same in one group as far as no other number is likely to look so: see
//     isTrunk,
//   - 3, 3 and 4 digits in groups, the first not 0 or 1, maybe in parentheses,
//     maybe behind the group 1,
//   - groups as they are usual in Brazil, China and Russia.
//
// Groups are separated by one space, dash, point or slash, or by parentheses.
func phoneNumber(t []byte, from, i int) (start, end int) {
	g := split(t, i)
	start = i
	if i > from && t[i-1] == '(' && g.closes {
		start--
	}
	plus := start > from && t[start-1] == '+' && (start-1 == from || !isWord(t[start-2]))
	switch {
	case plus:
		start--
		if t[i] == '0' || g.digits < 8 {
			return 0, 0
		}
		return start, g.end
	case has(t, i, "00"):
		if g.n < 2 || g.digits < 10 || g.size[0] < 3 || has(t, i+2, "0") {
			return 0, 0
		}
	case has(t, i, "011") && g.n > 2 && g.size[0] == 3 && g.digits > 11:
	case t[i] == '0':
		if g.n == 1 && isTrunk(t[i:g.end]) {
			return start, g.end
		}
		if g.isGroups(5, 4) && has(t, i+5, "-") {
			return 0, 0 // a ZIP code of New England
		}
		if g.n < 2 || g.digits < 9 || g.digits > 11 || g.size[0] < 2 || g.size[0] > 5 || g.zeros == g.n {
			return 0, 0
		}
	default:
		if g.isNational(t[i]) || g.size[0] == 2 && g.closes && (g.isGroups(2, 4, 4) || g.isGroups(2, 5, 4)) {
			return start, g.end
		}
		return 0, 0
	}
	return start, g.end
}

// groups are groups of digits with separators between.
type groups struct {
	n, digits int
	zeros     int    // groups that begin with 0
	size      [5]int // of the first ones
	end       int
	// second is the second digit, next the first one of the second group.
	second, next byte
	closes       bool // a parenthesis that was open before the first digit
}

// isNational reports whether the groups, of which the first begins with that digit,
// are those of a number without a prefix: of North America, China, Russia.
func (g *groups) isNational(first byte) bool {
	return first > '1' && g.isGroups(3, 3, 4) || first == '1' && (g.isGroups(1, 3, 3, 4) || g.isGroups(3, 4, 4) && g.second >= '3') ||
		first >= '7' && g.isGroups(1, 3, 3, 2, 2) && g.next >= '3'
}

func (g *groups) isGroups(sizes ...int) bool {
	return g.n == len(sizes) && slices.Equal(g.size[:g.n], sizes)
}

// isTrunk reports whether digits that begin with 0 are a number behind the trunk
// prefix: 11 of them, or 10 of a mobile phone that are no ISBN.
func isTrunk(d []byte) bool {
	switch len(d) {
	case 11:
		return d[1] != '0'
	case 10:
		sum := 0
		for i, c := range d {
			sum += (10 - i) * int(c-'0')
		}
		return d[1] >= '4' && d[1] <= '7' && sum%11 != 0
	}
	return false
}

// split reads the groups that begin at i, at most 15 digits, and as many more as
// prefixes have. It returns none if the last one is not the end of a word.
func split(t []byte, i int) groups {
	var g groups
	most, open, closed := 15, false, false
	switch {
	case has(t, i, "00"):
		most += 2
	case has(t, i, "011"):
		most += 3
	}
	for at := i; ; {
		end := run(t, at, isDigit)
		if end == at || g.digits+end-at > most {
			break
		}
		if !ends(t, end) || fraction(t, end) && (t[end] == ',' || end-at > 4) {
			break
		}
		if g.n < len(g.size) {
			g.size[g.n] = end - at
		}
		if g.n == 1 {
			g.next = t[at]
		}
		if t[at] == '0' {
			g.zeros++
		}
		g.n++
		g.digits += end - at
		g.end = end
		g.closes = g.closes || closed
		at = end
		if at < len(t) && t[at] == ')' && (open || !closed) {
			closed = closed || !open
			open = false
			at++
		}
		if c, width := gap(t, at); c == ' ' || c == '-' || c == '.' || c == '/' {
			at += width
		}
		if at < len(t) && t[at] == '(' {
			open = true
			at++
		}
		if at == end || octets(t, at) > 0 || date(t, at) > 0 {
			break
		}
	}
	if g.digits > 1 && g.size[0] > 1 {
		g.second = t[i+1]
	}
	return g
}
