package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// catalogued are the providers that the built-in prices know. Those that sell
// the same model as others come last.
var catalogued = []string{
	"openai", "anthropic", "gcp.gemini", "mistral_ai", "cohere", "deepseek", "x_ai", "groq",
	"gcp.vertex_ai", "azure.ai.openai", "azure.ai.inference", "aws.bedrock", "openrouter",
}

// amounts are the flags for tokens.
var amounts = []struct {
	flag  string
	class providers.TokenClass
	help  string
}{
	{"input", providers.ClassInput, "input tokens, those of the prompt cache included"},
	{"output", providers.ClassOutput, "output tokens, reasoning included"},
	{"cache-read", providers.ClassCacheRead, "part of --input that was read from the prompt cache"},
	{"cache-write", providers.ClassCacheWrite, "part of --input that was written to the prompt cache"},
	{"cache-write-1h", 0, "part of --cache-write that is kept for an hour"},
	{"reasoning", providers.ClassReasoning, "part of --output that was reasoning"},
	{"audio-input", providers.ClassAudioInput, "part of --input that was audio"},
	{"audio-output", providers.ClassAudioOutput, "part of --output that was audio"},
	{"image-input", providers.ClassImageInput, "part of --input that was images"},
	{"image-output", providers.ClassImageOutput, "part of --output that was images"},
}

// tiers are those that are paid by the token.
const tiers = "standard, batch, flex, priority, fast"

type priceFlags struct {
	provider, tier, region, at, format string
	files                              []string
	tokens                             []int64 // as amounts
}

func priceCommand() *cobra.Command {
	f := priceFlags{tokens: make([]int64, len(amounts))}
	cmd := &cobra.Command{
		Use:   "price MODEL",
		Short: "What a call costs, and why",
		Long: `Price explains what a call costs: the rate and the amount of each class of tokens, the
price that holds, how it was found and where it was read. Without tokens it shows what a
million input and a million output tokens cost.

MODEL may begin with its provider, as in anthropic/claude-sonnet-5. Without one and
without --provider, the first provider that lists the model counts.`,
		Example: `  llmotel price gpt-5.2 --input 12000 --cache-read 10000 --output 800
  llmotel price claude-sonnet-5 --tier batch --at 2026-03-01 --input 1000000
  llmotel price house-model --prices contract.json --input 5000 --output 500`,
		Args: needs(1, 1, "one model"),
		RunE: func(cmd *cobra.Command, args []string) error { return runPrice(cmd, args[0], f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.provider, "provider", "", "who serves the model: "+strings.Join(catalogued, ", "))
	flags.StringVar(&f.tier, "tier", "", "service tier: "+tiers)
	flags.StringVar(&f.region, "region", "", "where the provider is bound to keep the data, in its own words")
	flags.StringVar(&f.at, "at", "", "day of the call, as --since of report (default now)")
	flags.StringArrayVar(&f.files, "prices", nil, "price file on top of the built-in prices; repeat for more")
	flags.StringVar(&f.format, "format", "table", "table or json")
	for i, a := range amounts {
		flags.Int64Var(&f.tokens[i], a.flag, 0, a.help)
	}
	_ = cmd.RegisterFlagCompletionFunc("provider", cobra.FixedCompletions(catalogued, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func runPrice(cmd *cobra.Command, model string, f priceFlags) error {
	if err := oneOf("format", f.format, "table", "json"); err != nil {
		return err
	}
	usage, err := f.usage(cmd)
	if err != nil {
		return err
	}
	at, err := parseTime("at", f.at, time.Now())
	if err != nil {
		return err
	}
	files, err := pricing.OpenFiles(pricing.Default(), f.files...)
	if err != nil {
		return err
	}
	query := pricing.Query{Provider: f.provider, Model: model, Tier: f.tier, Region: f.region, Usage: usage, At: at}
	cost, lines := explain(files.Catalogue(), &query)
	if cost.PriceID == "" {
		return unpriced(files.Catalogue(), query)
	}
	e := explained(query, cost, lines)
	if f.format == "json" {
		return writeJSON(cmd.OutOrStdout(), e)
	}
	e.show(cmd.OutOrStdout())
	return nil
}

// unpriced says what is wrong, as far as other questions have an answer.
func unpriced(c *pricing.Catalogue, q pricing.Query) error {
	known := func(q pricing.Query) bool {
		cost, _ := explain(c, &q)
		return cost.PriceID != ""
	}
	standard, lower := q, q
	standard.Tier, lower.Model = "", strings.ToLower(q.Model)
	switch {
	case q.Tier != "" && known(standard):
		return usagef("--tier %q has no price by the token; tiers that do are %s", q.Tier, tiers)
	case lower.Model != q.Model && known(lower):
		return fmt.Errorf("no price is known for %q: a call would be recorded as unpriced; did you mean %q?", q.Model, lower.Model)
	case q.Provider != "":
		return fmt.Errorf("no price is known for %q of %q: a call would be recorded as unpriced", q.Model, q.Provider)
	}
	return fmt.Errorf("no price is known for %q: a call would be recorded as unpriced; --provider says whose it is, --prices adds prices", q.Model)
}

// usage is the ledger that the flags describe.
func (f priceFlags) usage(cmd *cobra.Command) (*providers.Usage, error) {
	u := &providers.Usage{Completeness: providers.UsageReported}
	given := false
	for i, a := range amounts {
		n := f.tokens[i]
		if n < 0 {
			return nil, usagef("--%s is negative", a.flag)
		}
		if !cmd.Flags().Changed(a.flag) {
			continue
		}
		given = true
		if a.class == 0 {
			u.CacheWrite1h = n
			continue
		}
		u.Set(a.class, n)
	}
	if !given {
		u.Set(providers.ClassInput, 1_000_000)
		u.Set(providers.ClassOutput, 1_000_000)
		return u, nil
	}
	u.Set(providers.ClassInput, u.Input)
	u.Set(providers.ClassOutput, u.Output)
	for _, part := range []struct {
		name  string
		n, of int64
		whole string
	}{
		{"cache-read and cache-write", u.CacheRead + u.CacheWrite, u.Input, "input"},
		{"cache-write-1h", u.CacheWrite1h, u.CacheWrite, "cache-write"},
		{"reasoning", u.Reasoning, u.Output, "output"},
		{"audio-input and image-input", u.AudioInput + u.ImageInput, u.Input, "input"},
		{"audio-output and image-output", u.AudioOutput + u.ImageOutput, u.Output, "output"},
	} {
		if part.n > part.of {
			return nil, usagef("%s are part of --%s, which is only %d", part.name, part.whole, part.of)
		}
	}
	return u, nil
}

// explain finds the provider if none is given.
func explain(c *pricing.Catalogue, q *pricing.Query) (pricing.Cost, []pricing.Line) {
	cost, lines := c.Explain(*q)
	if cost.PriceID != "" || q.Provider != "" {
		return cost, lines
	}
	try := *q
	if provider, model, ok := strings.Cut(q.Model, "/"); ok && slices.Contains(catalogued, provider) {
		try.Provider, try.Model = provider, model
		if cost, lines = c.Explain(try); cost.PriceID != "" {
			*q = try
			return cost, lines
		}
	}
	try.Model = q.Model
	for _, try.Provider = range catalogued {
		if cost, lines = c.Explain(try); cost.PriceID != "" {
			*q = try
			return cost, lines
		}
	}
	return cost, lines
}

// explanation is a price with its reasons. Amounts are decimal texts, exact.
type explanation struct {
	Provider string     `json:"provider"`
	Model    string     `json:"model"`
	Amount   string     `json:"amount"`
	Currency string     `json:"currency"`
	Partial  bool       `json:"partial,omitempty"`
	Lines    []costLine `json:"breakdown"`
	PriceID  string     `json:"price_id"`
	Tier     string     `json:"tier,omitempty"`
	From     string     `json:"from,omitempty"`
	Match    string     `json:"match"`
	Source   string     `json:"source,omitempty"`
	Note     string     `json:"note,omitempty"`
	// Warning tells that the price is younger than the call.
	Warning string `json:"warning,omitempty"`
}

type costLine struct {
	Class  string `json:"class"`
	Tokens int64  `json:"tokens"`
	// Rate is of a million tokens.
	Rate   string `json:"rate_per_million"`
	Amount string `json:"amount"`
}

func explained(q pricing.Query, cost pricing.Cost, lines []pricing.Line) explanation {
	source, note := cost.Source()
	e := explanation{
		Provider: q.Provider, Model: q.Model, Amount: cost.Amount.String(), Currency: cost.Currency, Partial: cost.Partial, PriceID: cost.PriceID,
		Tier: cost.Tier(), Match: cost.Match().String(), Source: source, Note: note,
	}
	if q.Tier != "" && q.Tier != e.Tier {
		e.Tier += " (" + q.Tier + " has no rates of its own here)"
	}
	if from := cost.From(); !from.IsZero() {
		e.From = from.Format(time.DateOnly)
		if !q.At.IsZero() && q.At.Before(from) {
			e.Warning = "no older price is known: the oldest one was used for " + q.At.Format(time.DateOnly)
		}
	}
	for _, l := range lines {
		e.Lines = append(e.Lines, costLine{l.Class.String(), l.Tokens, (l.Rate * 1_000_000).String(), l.Amount.String()})
	}
	return e
}

func (e *explanation) show(w io.Writer) {
	rows := [][]string{{"class", "tokens", "a million", "amount"}}
	for _, l := range e.Lines {
		rows = append(rows, []string{l.Class, whole(float64(l.Tokens)), l.Rate, l.Amount})
	}
	rows = append(rows, nil, []string{"all", "", "", e.Amount + " " + e.Currency})
	table(w, rows, 1)
	fmt.Fprintln(w)
	for _, line := range [][2]string{
		{"price", e.PriceID}, {"tier", e.Tier}, {"holds from", e.From}, {"found by", e.Match}, {"source", e.Source}, {"note", e.Note}, {"warning", e.Warning},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "%-11s %s\n", line[0], line[1])
		}
	}
	if e.Partial {
		fmt.Fprintln(w, "Not all of the tokens have a price: the amount is a part.")
	}
}
