package redact

import "bytes"

// maxWord is the longest value that may be a word of a sentence, a name of code or
// a stand-in. Longer ones are masked without looking, so that no text can make
// each of its colons look at all of the rest.
const maxWord = 64

// colon finds what hangs on the colon at i: the password of a URL, an assigned
// secret, an IPv6 address.
func colon(t []byte, from, i int) (start, end int, mask string) {
	if has(t, i, "://") {
		return userinfo(t, i+len("://"))
	}
	if start, end, mask = assignment(t, from, i); mask != "" {
		return start, end, mask
	}
	return ipv6(t, from, i)
}

// userinfo finds the password in the authority of a URL at i.
func userinfo(t []byte, i int) (start, end int, mask string) {
	for end = i; end < len(t); end++ {
		switch c := t[end]; {
		case c == '@':
			if start == 0 || start == end || string(t[start:end]) == key {
				return 0, 0, ""
			}
			return start, end, key
		case c == ':' && start == 0:
			start = end + 1
		case c <= ' ' || c == '/' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '?' || c == '#':
			return 0, 0, ""
		}
	}
	return 0, 0, ""
}

// assignment finds the value that is assigned by the = or : at i to the name of a
// secret: as in shells, URLs, headers, YAML, code, JSON, and JSON in JSON.
func assignment(t []byte, from, i int) (start, end int, mask string) {
	begin, stop := nameBefore(t, from, i)
	name := t[begin:stop]
	if !Secret(name) {
		return ofQuery(t, begin, i)
	}
	at := i + 1
	if at < len(t) && t[i] == ':' && t[at] == '=' || has(t, at, ">") && t[i] == '=' {
		at++ // := and =>
	}
	if has(t, at, "=") {
		return 0, 0, "" // a comparison
	}
	spaced := i > 0 && t[i-1] == ' '
	for at < len(t) && t[at] == ' ' {
		at++
		spaced = true
	}
	escape := has(t, at, `\`)
	open := at
	if escape {
		open++
	}
	if open < len(t) && (t[open] == '"' || t[open] == '\'' || t[open] == '`') {
		if begin > from && t[begin-1] == t[open] && t[stop] != t[open] && !escape {
			return 0, 0, "" // the end of a string of code, as in "pwd="+x
		}
		start, end = quoted(t, open, escape)
		if strength := least(name); end-start < strength || isPlaceholder(t[start:end]) {
			return 0, 0, ""
		}
		return start, end, key
	}
	start = scheme(t, at, name)
	end = valueEnd(t, start)
	value := t[start:end]
	if len(value) > maxWord {
		return start, end, key
	}
	weak := !hasDigit(value) || len(value) < 6 || bare(name) && len(value) < 8
	switch {
	case len(value) < 4, isPlaceholder(value), end < len(t) && (t[end] == '(' || t[end] == '['), bytes.Equal(value, name):
		return 0, 0, "" // nothing, a stand-in, code
	case weak && start == at && (t[i] == ':' || spaced):
		return 0, 0, "" // a word of a sentence
	}
	return start, end, key
}

// ofQuery finds what is a secret in the query of a URL alone: the signature that opens
// a private file (of Azure's, CloudFront's), and a key by the name of key, as Google's
// APIs and many servers of tools take it. name is where the name before the = at i starts.
func ofQuery(t []byte, name, i int) (start, end int, mask string) {
	const whole, long, short = "signature", 32, 16
	if t[i] != '=' || name == i {
		return 0, 0, ""
	}
	n := t[name:i]
	start, end = i+1, valueEnd(t, i+1)
	switch {
	case (len(n) == len("sig") || len(n) == len(whole)) && hasFold(n, 0, whole[:len(n)]) && end-start >= long:
		return start, end, key
	case len(n) == len("key") && hasFold(n, 0, "key") && name > 0 && (t[name-1] == '?' || t[name-1] == '&') &&
		end-start >= short && bytes.ContainsAny(t[start:end], "0123456789"):
		return start, end, key
	}
	return 0, 0, ""
}

// nameBefore returns where the name that stands before the = or : at i, which may
// be quoted, starts and ends.
func nameBefore(t []byte, from, i int) (start, end int) {
	for n := 0; n < 2 && i > from && t[i-1] == ' '; n++ {
		i--
	}
	if i > from && (t[i-1] == '"' || t[i-1] == '\'' || t[i-1] == ']') {
		i--
		if i > from && (t[i-1] == '\\' || t[i-1] == '"' || t[i-1] == '\'') {
			i--
		}
	}
	end = i
	for i > from && end-i <= maxName && (isToken(t[i-1]) || t[i-1] == '.') {
		i--
	}
	return i, end
}

// quoted returns where the text in the quotes at open starts and ends.
func quoted(t []byte, open int, escaped bool) (start, end int) {
	start = open + 1
	for end = start; end < len(t); end++ {
		switch t[end] {
		case t[open]:
			if !escaped {
				return start, end
			}
		case '\\':
			if escaped && has(t, end+1, string(t[open:open+1])) {
				return start, end
			}
			end++
		}
	}
	return start, len(t)
}

// least is the length from which a quoted value is a secret.
func least(name []byte) int {
	if bare(name) {
		return 16
	}
	return 1
}

// scheme returns where the credential starts in the value of an authorization
// header: behind the scheme.
func scheme(t []byte, i int, name []byte) int {
	const header = "authorization"
	if len(name) < len(header) || !hasFold(name, len(name)-len(header), header) {
		return i
	}
	end := run(t, i, isToken)
	if end > i && end-i < 16 && has(t, end, " ") && end+1 < len(t) && isCredential(t[end+1]) {
		return end + 1
	}
	return i
}

// valueEnd returns where the value without quotes that starts at i ends: before the
// punctuation of the sentence that it may stand in.
func valueEnd(t []byte, i int) int {
	end := longestValue(t, i)
	for end > i && (t[end-1] == '.' || t[end-1] == ',' || t[end-1] == ':' || t[end-1] == '!' || t[end-1] == '?') {
		end--
	}
	return end
}

func longestValue(t []byte, i int) int {
	for ; i < len(t) && t[i] > ' '; i++ {
		switch t[i] {
		case '"', '\'', '`', ',', ';', '&', '<', '>', '(', ')', '[', ']', '{', '}', '|', '\\':
			return i
		case 0xe2, 0xe3, 0xef:
			if has(t, i, "\xe2\x80") || has(t, i, "\xe3\x80") || has(t, i, "\xef\xbc") {
				return i // punctuation: typographic, of East Asia, of full width
			}
		}
	}
	return i
}

// isPlaceholder reports whether a value only stands for one: a mask, a variable,
// a constant without content.
func isPlaceholder(v []byte) bool {
	if len(v) == 0 || len(v) > maxWord {
		return len(v) == 0
	}
	switch first, last := v[0], v[len(v)-1]; {
	case first == '<' && last == '>', first == '{' && last == '}', first == '%' && last == '%':
		return true
	case first == '$':
		return has(v, 1, "{") || run(v, 1, func(c byte) bool { return isUpper(c) || isDigit(c) || c == '_' }) == len(v)
	case first == '*' || first == '.':
		return run(v, 0, func(c byte) bool { return c == first }) == len(v)
	}
	switch string(v) {
	case email, phone, card, iban, ip, key, "null", "None", "nil", "true", "True", "false", "False", "undefined", "string":
		return true
	}
	return false
}
