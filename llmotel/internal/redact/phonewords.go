package redact

import (
	"bytes"
	"slices"
)

// Numbers in one piece, as in JSON, may be anything. They are phone numbers if a
// word before says so: "phone": "4155552671", call me at 4155552671.

// phoneNames end the names of phone numbers, in lower case.
var phoneNames = []string{
	"phone", "mobile", "tel", "cell", "fax", "whatsapp", "msisdn", "telefon", "telefono", "teléfono", "telefone", "móvil", "celular", "handy",
	"телефон", "Телефон", "тел", "Тел", "电话", "電話", "手机", "手機", "手机号", "手机号码", "电话号码", "電話番号", "携帯", "전화", "전화번호",
}

// Words of a sentence: between a name and the number, between a verb and the number,
// and the verbs.
var (
	phoneFillers = []string{"number", "numbers", "no", "nr", "num", "is"}
	verbFillers  = []string{"at", "me", "us", "him", "her", "on", "under"}
	phoneVerbs   = []string{"call", "text", "reach", "ring", "phone", "dial", "contact"}
)

const (
	longestName   = 24 // bytes of a word that is looked at
	mostFillers   = 4
	mostBetween   = 4 // bytes between two words
	fullWideColon = "："
)

// phoneBefore reports whether the words before i say that a phone number is there.
func phoneBefore(t []byte, from, i int) bool {
	verb := false // the word before may be one
	for range mostFillers + 1 {
		i = between(t, from, i)
		start := wordBefore(t, from, i)
		if start == i {
			return false
		}
		var buffer [longestName]byte
		word := lower(buffer[:], t[start:i])
		if isPhoneName(word) || verb && isOneOf(word, phoneVerbs) {
			return true
		}
		if verb = isOneOf(word, verbFillers); !verb && !isOneOf(word, phoneFillers) {
			return false
		}
		i = start
	}
	return false
}

// wordBefore returns where the letters before i, or the last of them, start.
func wordBefore(t []byte, from, i int) int {
	start := i
	for i-start < longestName-4 {
		switch {
		case start > from && (isAlpha(t[start-1]) || t[start-1] == '_'):
			start--
		case start-2 >= from && european(t, start-2):
			start -= 2
		case start-3 >= from && wide(t, start-3) == 3:
			start -= 3
		default:
			return start
		}
	}
	return start
}

// between steps back over what stands between a word and its number.
func between(t []byte, from, i int) int {
	for range mostBetween {
		switch {
		case i <= from:
			return i
		case bytes.IndexByte([]byte(" :=\"'.#+(\\"), t[i-1]) >= 0:
			i--
		case i-from >= len(fullWideColon) && has(t, i-len(fullWideColon), fullWideColon):
			i -= len(fullWideColon)
		default:
			return i
		}
	}
	return i
}

// isPhoneName reports whether a word, which may be several joined, is the name of a
// phone number: mobile, work_phone, phonenumber.
func isPhoneName(word []byte) bool {
	for _, suffix := range [...]string{"", "number", "num", "no"} {
		cut, ok := bytes.CutSuffix(word, []byte(suffix))
		if !ok {
			continue
		}
		cut = bytes.TrimSuffix(cut, []byte("_"))
		for _, name := range phoneNames {
			rest := len(cut) - len(name)
			// Short names are the ends of other words, too: hotel, excel.
			if has(cut, rest, name) && (rest == 0 || len(name) > 4 || cut[rest-1] == '_') {
				return true
			}
		}
	}
	return false
}

func isOneOf(word []byte, words []string) bool { return slices.Contains(words, string(word)) }
