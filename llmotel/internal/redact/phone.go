package redact

// phoneNumber returns where the phone number starts and ends whose first digits
// are at i; end is 0 if it is none. Phone numbers are
//
//   - + and 8 to 15 digits that do not begin with 0 (E.164), or 00 and 8 to 15
//     in groups,
//   - 0 and 8 to 10 more digits, in two groups or more, of which the first has 2
//     to 5 digits and one at least does not begin with 0, as lists of codes do,
//   - 3, 3 and 4 digits in groups, the first not 0 or 1, maybe in parentheses,
//     maybe behind the group 1.
//
// Groups are separated by one of space - . / or by parentheses.
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
	case t[i] == '0':
		if g.n < 2 || g.digits < 9 || g.digits > 11 || g.size[0] < 2 || g.size[0] > 5 || g.zeros == g.n {
			return 0, 0
		}
	default:
		sizes := g.size[:min(g.n, len(g.size))]
		if g.size[0] == 1 && t[i] == '1' && len(sizes) == 4 && isNorthAmerican(sizes[1:]) ||
			t[i] > '1' && len(sizes) == 3 && isNorthAmerican(sizes) {
			return start, g.end
		}
		return 0, 0
	}
	return start, g.end
}

func isNorthAmerican(sizes []int) bool { return sizes[0] == 3 && sizes[1] == 3 && sizes[2] == 4 }

// groups are groups of digits with separators between.
type groups struct {
	n, digits int
	zeros     int    // groups that begin with 0
	size      [4]int // of the first ones
	end       int
	closes    bool // a parenthesis that was open before the first digit
}

// split reads the groups that begin at i, at most 15 digits, two more behind 00. It
// returns none if the last one is not the end of a word.
func split(t []byte, i int) groups {
	var g groups
	most, open, closed := 15, false, false
	if has(t, i, "00") {
		most += 2
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
		if at < len(t) && (t[at] == ' ' || t[at] == '-' || t[at] == '.' || t[at] == '/') {
			at++
		}
		if at < len(t) && t[at] == '(' {
			open = true
			at++
		}
		if at == end || octets(t, at) > 0 || date(t, at) > 0 {
			break
		}
	}
	return g
}
