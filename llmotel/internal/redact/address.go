package redact

// ipv4 returns the end of the IPv4 address at i.
func ipv4(t []byte, from, i int) int {
	if i > from && t[i-1] == '.' {
		return 0
	}
	end := octets(t, i)
	if end == 0 || !ends(t, end) || end+1 < len(t) && t[end] == '.' && isDigit(t[end+1]) {
		return 0
	}
	if i > from && t[i-1] == '/' && i-1 > from && isWord(t[i-2]) && has(t, end-6, ".0.0.0") {
		return 0 // of a user agent
	}
	if versionBefore(t, from, i) {
		return 0
	}
	return end
}

// versioned are words that four numbers with points may follow.
var versioned = []string{"version", "release", "build", "kernel", "firmware", "section", "chapter", "clause"}

// versionBefore reports whether a word before i says that a version is there, or a
// section.
func versionBefore(t []byte, from, i int) bool {
	before := i
	for i-before < 4 && before > from && (t[before-1] == ' ' || t[before-1] == '=' || t[before-1] == ':' || t[before-1] == '"') {
		before--
	}
	if before == i {
		return false
	}
	for _, word := range versioned {
		if at := before - len(word); at >= from && hasFold(t, at, word) {
			return true
		}
	}
	return false
}

// octets returns the end of the four numbers up to 255 at i.
func octets(t []byte, i int) int {
	for part := range 4 {
		if part > 0 {
			if i >= len(t) || t[i] != '.' {
				return 0
			}
			i++
		}
		end, n := i, 0
		for end < len(t) && end-i < 3 && isDigit(t[end]) {
			n = n*10 + int(t[end]-'0')
			end++
		}
		if end == i || n > 255 || end-i > 1 && t[i] == '0' || end < len(t) && isDigit(t[end]) {
			return 0
		}
		i = end
	}
	return i
}

// ipv6 finds the IPv6 address whose first colon is at i. At least one group has
// three digits or more, unless it is ::1: groups of one or two digits are times,
// ratios and slices. One of them is no letter: names of code have double colons.
func ipv6(t []byte, from, i int) (start, end int, mask string) {
	start = i
	for start > from && i-start <= 4 && isHex(t[start-1]) {
		start--
	}
	if i-start > 4 || start > from && (isWord(t[start-1]) || t[start-1] == ':' || t[start-1] == '.') {
		return 0, 0, ""
	}
	groups, wide, gap := 0, false, false
	for end = start; ; {
		if at := octets(t, end); at > 0 && (groups == 6 || gap) {
			groups, end = groups+2, at
			break
		}
		at := run(t, end, isHex)
		if at-end > 4 {
			return 0, 0, ""
		}
		if at > end {
			groups++
			wide = wide || at-end > 2
		}
		end = at
		switch {
		case has(t, end, "::") && !gap:
			gap = true
			end += 2
			continue
		case end > start && has(t, end, ":") && end+1 < len(t) && isHex(t[end+1]) && t[end-1] != ':':
			end++
			continue
		}
		break
	}
	sliced := start-2 >= from && t[start-1] == '[' && isWord(t[start-2])
	one := has(t, start, "::1") && end-start == 3 && !sliced
	if full := groups == 8 && !gap || gap && groups > 0 && groups < 8; !full || !wide && !one || !ends(t, end) || has(t, end, "::") || !hasDigit(t[start:end]) {
		return 0, 0, ""
	}
	return start, end, ip
}
