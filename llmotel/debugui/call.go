package debugui

import (
	"encoding/json"
	"html/template"
	"strings"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// callView is all that is known of a call.
type callView struct {
	*llmotel.Record
	Row       callRow
	Outcome   string
	Waterfall waterfall
	Usage     []field
	Costs     []bill
	Said      []said
	TraceURL  template.URL
	Ended     time.Time
}

// field is a name and what stands beside it.
type field struct{ Name, Value string }

// bill is what one visit cost, and how that comes about.
type bill struct {
	Target, Model string
	Cost          pricing.Cost
	Source, Note  string
	Lines         []billLine
}

type billLine struct {
	Class  string
	Amount pricing.Amount
	// Rate is that of a million tokens.
	Tokens int64
	Rate   float64
}

// said is the content of a call or visit, a document at a time.
type said struct {
	Target    string
	Documents []field
	Truncated bool
}

type callData struct {
	Call     json.RawMessage     `json:"call"`
	Retries  []retryData         `json:"retries,omitempty"`
	Costs    []billData          `json:"costs,omitempty"`
	TraceURL string              `json:"trace_url,omitempty"`
	Content  map[string]document `json:"content,omitempty"`
}

type retryData struct {
	Target     string    `json:"target,omitempty"`
	At         time.Time `json:"at"`
	DelayMS    float64   `json:"delay_ms"`
	ErrorKind  string    `json:"error_kind"`
	StatusCode int       `json:"status_code,omitempty"`
}

type billData struct {
	Target  string             `json:"target,omitempty"`
	PriceID string             `json:"price_id"`
	From    string             `json:"price_from,omitempty"`
	Source  string             `json:"source,omitempty"`
	Amounts map[string]float64 `json:"amounts"`
}

func (h *Handler) call(req *request) (view, data any) {
	r := h.calls.find(req.query.Get("id"))
	if r == nil || r.CallID == "" {
		return nil, nil
	}
	v := &callView{
		Record: r, Row: rowOf(r), Outcome: outcome(r), Waterfall: waterfallOf(r), Usage: usageOf(&r.Usage), Costs: h.bills(r),
		TraceURL: h.traceURL(r), Ended: r.Start.Add(r.Duration),
	}
	d := callData{TraceURL: string(v.TraceURL), Content: map[string]document{}}
	if all := lines([]*llmotel.Record{r}); len(all) == 1 {
		d.Call = all[0]
	}
	say := func(target string, id trace.SpanID) {
		if doc, found := h.said.get(id); found {
			v.Said = append(v.Said, said{target, doc.texts(), doc.Truncated})
			d.Content[id.String()] = doc
		}
	}
	again := func(target string, all []llmotel.Retry) {
		for _, t := range all {
			d.Retries = append(d.Retries, retryData{target, t.At, float64(t.Delay) / float64(time.Millisecond), string(t.ErrorKind), t.StatusCode})
		}
	}
	say(r.Target, r.SpanID)
	again(r.Target, r.Retries)
	for i := range r.Visits {
		say(r.Visits[i].Target, r.Visits[i].SpanID)
		again(r.Visits[i].Target, r.Visits[i].Retries)
	}
	for _, b := range v.Costs {
		one := billData{Target: b.Target, PriceID: b.Cost.PriceID, Source: b.Source, Amounts: map[string]float64{}}
		if from := b.Cost.From(); !from.IsZero() {
			one.From = from.Format("2006-01-02")
		}
		for _, l := range b.Lines {
			one.Amounts[l.Class] = l.Amount.Float()
		}
		d.Costs = append(d.Costs, one)
	}
	return v, d
}

// traceURL is of the program's own making but for ids, which are hexadecimal.
func (h *Handler) traceURL(r *llmotel.Record) template.URL {
	if h.cfg.traceURL == "" || !r.TraceID.IsValid() {
		return ""
	}
	return template.URL(strings.NewReplacer("{trace_id}", r.TraceID.String(), "{span_id}", r.SpanID.String()).Replace(h.cfg.traceURL)) //nolint:gosec // checked by New
}

// texts are the documents, indented.
func (d *document) texts() []field {
	var out []field
	for _, t := range []struct {
		name string
		raw  json.RawMessage
	}{{"System instructions", d.System}, {"Input", d.Input}, {"Output", d.Output}, {"Tools", d.Tools}} {
		if len(t.raw) == 0 {
			continue
		}
		var v any
		text := string(t.raw)
		if json.Unmarshal(t.raw, &v) == nil {
			var b strings.Builder
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false) // the template does
			e.SetIndent("", "  ")
			if e.Encode(v) == nil {
				text = b.String()
			}
		}
		out = append(out, field{t.name, text})
	}
	return out
}

const (
	classInput  = providers.ClassInput
	classOutput = providers.ClassOutput
)

// known writes the tokens of a class, none if they are not known.
func known(u *providers.Usage, class providers.TokenClass) string {
	if n, ok := u.Get(class); ok && u.Completeness != providers.UsageMissing {
		return count(n)
	}
	return none
}

var tokenClasses = []struct {
	name  string
	class providers.TokenClass
}{
	{"input", providers.ClassInput},
	{"of it read from cache", providers.ClassCacheRead},
	{"of it written to cache", providers.ClassCacheWrite},
	{"output", providers.ClassOutput},
	{"of it reasoning", providers.ClassReasoning},
	{"audio input", providers.ClassAudioInput},
	{"audio output", providers.ClassAudioOutput},
	{"image input", providers.ClassImageInput},
	{"image output", providers.ClassImageOutput},
}

func usageOf(u *providers.Usage) []field {
	var out []field
	for i, c := range tokenClasses {
		if s := known(u, c.class); s != none || i == 0 || c.class == providers.ClassOutput {
			out = append(out, field{c.name, s})
		}
	}
	return out
}

func (h *Handler) bills(r *llmotel.Record) []bill {
	var out []bill
	add := func(target, provider, model, tier string, usage *providers.Usage, cost pricing.Cost) {
		b := bill{Target: target, Model: model, Cost: cost}
		// A record does not keep how its cost came about; if prices are still
		// what they were, they tell.
		same, lines := h.cfg.prices.Explain(pricing.Query{Provider: provider, Model: model, Tier: tier, Usage: usage, At: r.Start})
		if cost.Priced && same.PriceID == cost.PriceID && same.Amount == cost.Amount {
			b.Cost = same
			b.Source, b.Note = same.Source()
			for _, l := range lines {
				b.Lines = append(b.Lines, billLine{words(l.Class.String()), l.Amount, l.Tokens, l.Rate.Float() * 1e6})
			}
		}
		out = append(out, b)
	}
	for i := range r.Visits {
		v := &r.Visits[i]
		if v.ErrorKind != "" && !v.Cost.Priced {
			continue // nobody knows that it cost anything
		}
		tier := ""
		if v.Target == r.Target {
			tier = r.ServiceTier
		}
		add(v.Target, v.Provider, modelOf(v.ResponseModel, v.RequestModel), tier, &v.Usage, v.Cost)
	}
	if len(r.Visits) == 0 && r.Attempts > 0 {
		add(r.Target, r.Provider, modelOf(r.ResponseModel, r.RequestModel), r.ServiceTier, &r.Usage, r.Cost)
	}
	return out
}

func modelOf(answered, asked string) string {
	if answered != "" {
		return answered
	}
	return asked
}
