package mock

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/llmotel/sdk/providers"
)

// answerText writes an answer of the question's kind.
func answerText(req *providers.Request, rng *rand.Rand) string {
	q := question(req)
	if f := req.Format; f != nil {
		switch f.Type {
		case providers.FormatJSONSchema:
			return jsonFor(f.Schema, q, rng)
		case providers.FormatJSON:
			return `{"answer":` + strconv.Quote(prose("fact", topic(q), rng)) + `,"confidence":0.` + strconv.Itoa(70+rng.IntN(29)) + `}`
		}
	}
	if rs := results(req); rs != nil {
		return fromResults(rs, topic(q), rng)
	}
	if text := exactAnswer(q); text != "" {
		return text
	}
	return prose(kindOf(q), topic(q), rng)
}

// thought is the visible reasoning.
func thought(req *providers.Request, rng *rand.Rand) string {
	return fmt.Sprintf("The question is about %s. %s", topic(question(req)), pick(rng, []string{
		"I should name the main point first, then the exceptions.",
		"A short answer with one example will serve best.",
		"I will check the assumptions before I answer.",
	}))
}

// fromResults answers with what tools returned.
func fromResults(rs []providers.ToolResult, about string, rng *rand.Rand) string {
	var b strings.Builder
	for _, r := range rs {
		text := providers.Message{Parts: r.Parts}.Text()
		name := r.Name
		if name == "" {
			name = "the tool"
		}
		switch {
		case r.IsError:
			fmt.Fprintf(&b, "I could not get an answer from %s, so treat this with care. ", name)
		case text != "":
			fmt.Fprintf(&b, "According to %s: %s. ", name, cutText(text, 200))
		}
	}
	b.WriteString(prose("fact", about, rng))
	return b.String()
}

var sum = regexp.MustCompile(`(-?\d{1,9})\s*([-+*x×])\s*(-?\d{1,9})`)

var capitals = map[string]string{
	"norway": "Oslo", "france": "Paris", "japan": "Tokyo", "italy": "Rome", "germany": "Berlin", "spain": "Madrid",
	"canada": "Ottawa", "australia": "Canberra", "brazil": "Brasília", "egypt": "Cairo", "india": "New Delhi", "kenya": "Nairobi",
}

// exactAnswer knows a few things for certain.
func exactAnswer(q string) string {
	if m := sum.FindStringSubmatch(q); m != nil {
		a, _ := strconv.ParseInt(m[1], 10, 64) // nine digits always parse
		b, _ := strconv.ParseInt(m[3], 10, 64)
		switch m[2] {
		case "+":
			a += b
		case "-":
			a -= b
		default:
			a *= b
		}
		return fmt.Sprintf("%s %s %s = %d", m[1], m[2], m[3], a)
	}
	if lower := strings.ToLower(q); strings.Contains(lower, "capital") {
		for _, w := range strings.FieldsFunc(lower, notLetter) {
			if c := capitals[w]; c != "" {
				return fmt.Sprintf("The capital of %s is %s.", strings.ToUpper(w[:1])+w[1:], c)
			}
		}
	}
	return ""
}

// kinds of question, by what stands in them; the first that fits counts.
var kinds = []struct {
	name  string
	words []string
}{
	{"greeting", []string{"hello", "hi ", "hey ", "good morning"}},
	{"summary", []string{"summar", "tl;dr", "shorten"}},
	{"sentiment", []string{"sentiment", "classif", "positive or negative"}},
	{"translation", []string{"translate"}},
	{"code", []string{"code", "function", "golang", "python", "sql", "implement", "bug"}},
	{"comparison", []string{"compare", "difference", " vs", "versus"}},
	{"list", []string{"list", "ideas", "suggest", "recommend", "what should", "steps", "tips"}},
	{"explanation", []string{"explain", "why", "how"}},
	{"yes", []string{"is ", "are ", "does ", "do ", "can ", "should ", "will "}},
}

func kindOf(q string) string {
	q = strings.ToLower(strings.TrimSpace(q)) + " "
	for _, k := range kinds {
		for _, w := range k.words {
			if (k.name == "yes" || k.name == "greeting") && strings.HasPrefix(q, w) ||
				k.name != "yes" && k.name != "greeting" && strings.Contains(q, w) {
				return k.name
			}
		}
	}
	return "fact"
}

// prose writes an opening of the kind and two or three general sentences.
func prose(kind, about string, rng *rand.Rand) string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(pick(rng, openings[kind]), "%", about))
	if kind == "greeting" {
		return b.String()
	}
	for _, i := range rng.Perm(len(remarks))[:2+rng.IntN(2)] {
		b.WriteByte(' ')
		b.WriteString(strings.ReplaceAll(remarks[i], "%", about))
	}
	return b.String()
}

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }

// topic names what a question is about: its first two words in a row that say
// something, or else the last one that does.
func topic(q string) string {
	last, previous := "", false
	for _, w := range strings.FieldsFunc(cutText(q, 2000), notLetter) {
		if len(w) <= 3 || stopWords[strings.ToLower(w)] {
			previous = false
			continue
		}
		if previous {
			return last + " " + w
		}
		last, previous = w, true
	}
	if last == "" {
		return "the subject"
	}
	return last
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }
