package cli_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/llmotel/sdk/cmd/llmotel/internal/cli"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/calllog/sqlite"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/pricing"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// run runs the command line and returns what it wrote.
func run(t *testing.T, stdin string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = cli.Run(t.Context(), args, strings.NewReader(stdin), &o, &e)
	return o.String(), e.String(), code
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// testdata/calls.jsonl has 8 records of two versions of the schema, one of
// them with weight 4, and two bad lines, 3 and 7.
const calls = "testdata/calls.jsonl"

func TestReportAsTable(t *testing.T) {
	out, errs, code := run(t, "", "report", calls, "--by", "feature")
	if code != 0 {
		t.Fatal(code, errs)
	}
	golden(t, "report.golden", out)
	want := "llmotel: 2 bad lines passed over:\n  testdata/calls.jsonl:3: not a JSON record\n  testdata/calls.jsonl:7: not a record of a known schema\n"
	if errs != want {
		t.Errorf("errors %q, want %q", errs, want)
	}
}

// By target or provider a report and the statistics of a process differ, which a
// reader of both is told, and a program that reads the table's other forms is not.
func TestReportTellsWhatCountsForATarget(t *testing.T) {
	const said = "\na call counts for the target that answered, or failed last; the process's statistics count each target visited\n"
	for _, c := range []struct {
		by, format string
		want       int
	}{
		{"target", "table", 1},
		{"feature,provider", "table", 1},
		{"target,provider", "table", 1},
		{"feature,model", "table", 0},
		{"target", "csv", 0},
		{"target", "json", 0},
	} {
		out, errs, code := run(t, "", "report", calls, "--by", c.by, "--format", c.format)
		if got := strings.Count(out, said); code != 0 || got != c.want || strings.Count(out, "each target visited") != c.want {
			t.Errorf("%s as %s: said %d times, want %d\n%s%s", c.by, c.format, got, c.want, out, errs)
		}
	}
}

// The figures of testdata/calls.jsonl, added up by hand.
func TestReportAsJSON(t *testing.T) {
	out, _, code := run(t, "", "report", calls, "--by", "feature", "--format", "json", "--baseline", "b")
	var res struct {
		Sources []string
		Total   struct {
			Records, Requests, Succeeded, Failed, Cancelled int
			ErrorRate                                       float64 `json:"error_rate"`
			Cost                                            struct{ USD float64 }
			Tokens                                          struct{ Input, Output int }
		}
		Groups      []struct{ By map[string]string }
		Comparisons []struct{ Baseline, Variant string }
		Bad         struct {
			Count int
			First []struct{ Line int }
		} `json:"bad_lines"`
	}
	if err := json.Unmarshal([]byte(out), &res); err != nil || code != 0 {
		t.Fatalf("%v, status %d: %s", err, code, out)
	}
	total := res.Total
	if total.Records != 8 || total.Requests != 11 || total.Succeeded != 9 || total.Failed != 1 || total.Cancelled != 1 || total.ErrorRate != 0.1 ||
		total.Cost.USD != 0.0105 || total.Tokens.Input != 900 || total.Tokens.Output != 90 {
		t.Errorf("total %+v", total)
	}
	if len(res.Groups) != 2 || res.Groups[0].By["feature"] != "search" || res.Groups[1].By["feature"] != "chat" {
		t.Errorf("groups %+v", res.Groups)
	}
	if len(res.Comparisons) != 1 || res.Comparisons[0].Baseline != "b" || res.Comparisons[0].Variant != "a" {
		t.Errorf("comparisons %+v", res.Comparisons)
	}
	if res.Bad.Count != 2 || res.Bad.First[0].Line != 3 || res.Bad.First[1].Line != 7 {
		t.Errorf("bad lines %+v", res.Bad)
	}
}

func TestReportAsCSV(t *testing.T) {
	for _, args := range [][]string{{"--by", "feature"}, {"--comparisons"}, nil} {
		out, errs, code := run(t, "", append([]string{"report", calls, "--format", "csv"}, args...)...)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || code != 0 {
			t.Fatal(err, code, errs)
		}
		switch {
		case args == nil:
			if len(rows) != 2 || rows[0][0] != "records" || rows[1][0] != "8" || rows[1][1] != "11" {
				t.Errorf("%v", rows)
			}
		case args[0] == "--by":
			if len(rows) != 3 || rows[1][0] != "search" || rows[2][0] != "chat" {
				t.Errorf("%v", rows)
			}
		default:
			if len(rows) != 4 || rows[1][4] != "cost_usd" || rows[3][4] != "error_rate" {
				t.Errorf("%v", rows)
			}
		}
	}
}

func TestReportInBounds(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"since":   {[]string{"--since", "2026-03-01T12:00:05Z"}, "3"},
		"until":   {[]string{"--until", "2026-03-01T12:00:05Z"}, "5"},
		"both":    {[]string{"--since", "2026-03-01", "--until", "2026-03-01T12:00:01Z"}, "1"},
		"hours":   {[]string{"--since", "1h"}, "0"},
		"days":    {[]string{"--since", "20000d"}, "8"},
		"where":   {[]string{"--where", "feature=chat"}, "4"},
		"wheres":  {[]string{"--where", "feature=chat", "--where", "variant=a"}, "2"},
		"or":      {[]string{"--where", "error_kind=timeout", "--where", "error_kind=cancelled"}, "2"},
		"nothing": {[]string{"--where", "feature=none"}, "0"},
	} {
		out, errs, code := run(t, "", append([]string{"report", calls, "--format", "csv"}, c.args...)...)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || code != 0 || rows[1][0] != c.want {
			t.Errorf("%s: %v records, want %s (%v %s)", name, rows, c.want, err, errs)
		}
	}
	if out, _, code := run(t, "", "report", calls, "--where", "feature=none"); out != "No records.\n" || code != 0 {
		t.Errorf("%q, status %d", out, code)
	}
	if out, _, code := run(t, "", "report", calls, "--where", "feature=none", "--comparisons"); !strings.Contains(out, "No experiment") || code != 0 {
		t.Errorf("%q, status %d", out, code)
	}
	if out, _, _ := run(t, "", "report", calls, "--by", "feature", "--top", "1"); !strings.Contains(out, "and 1 more group,") {
		t.Errorf("%s", out)
	}
}

func TestReportReadsStandardInput(t *testing.T) {
	text, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, string(text), "report", "-", "--format", "csv")
	if code != 0 || !strings.Contains(out, "\n8,11,") || !strings.Contains(errs, "standard input:3:") {
		t.Errorf("%s\n%s", out, errs)
	}
}

func TestReportReadsSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "calls.data")
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	var items []calllog.Item
	for i := range 5000 {
		items = append(items, calllog.Item{Weight: 1, Record: &llmotel.Record{
			CallID: fmt.Sprint(i), Start: time.Date(2026, 3, 1, 0, 0, i, 0, time.UTC), Cost: pricing.Cost{Priced: true, Amount: 1e9},
		}})
	}
	if _, err := store.WriteBatch(t.Context(), items); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{path, "sqlite:" + path} {
		out, errs, code := run(t, "", "report", target, "--format", "json", "--since", "2026-03-01T00:00:10Z")
		if code != 0 || !strings.Contains(out, `"records": 4990,`) || !strings.Contains(out, `"usd": 4.99,`) {
			t.Errorf("%s: status %d\n%s\n%s", target, code, out, errs)
		}
	}
}

func TestExitStatus(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		errs string
	}{
		"no command":          {nil, 0, ""},
		"unknown command":     {[]string{"rport"}, 2, "Did you mean this?"},
		"unknown flag":        {[]string{"report", "--nope"}, 2, "See 'llmotel report --help'."},
		"no such file":        {[]string{"report", "testdata/none.jsonl"}, 1, "none.jsonl"},
		"a directory":         {[]string{"report", "testdata"}, 1, "is a directory"},
		"unknown dimension":   {[]string{"report", calls, "--by", "colour"}, 2, "colour"},
		"unknown format":      {[]string{"report", calls, "--format", "xml"}, 2, "xml"},
		"bad time":            {[]string{"report", calls, "--since", "yesterday"}, 2, "yesterday"},
		"bad filter":          {[]string{"report", calls, "--where", "feature"}, 2, "NAME=VALUE"},
		"bad level":           {[]string{"report", calls, "--level", "95"}, 2, "between 0 and 1"},
		"database down":       {[]string{"report", "postgres://u:hunter2@127.0.0.1:1/d"}, 1, "cannot connect"},
		"no model":            {[]string{"price"}, 2, "one model"},
		"unknown model":       {[]string{"price", "house-model"}, 1, "unpriced"},
		"a tier of one's own": {[]string{"price", "gpt-5.2", "--tier", "gold"}, 2, `--tier "gold"`},
		"upper case":          {[]string{"price", "GPT-5.2"}, 1, `did you mean "gpt-5.2"?`},
		"a negative top":      {[]string{"report", calls, "--top", "-1"}, 2, "--top is negative"},
		"the formats":         {[]string{"report", calls, "--format", "xml"}, 2, "not one of table, json, csv"},
		"no record":           {[]string{"report", "testdata/empty.jsonl"}, 1, "no records in testdata/empty.jsonl"},
		"no baseline":         {[]string{"report", calls, "--baseline", "Z"}, 0, `a variant "Z" to compare with`},
		"database is named":   {[]string{"report", "postgres://u:hunter2@127.0.0.1:1/d"}, 1, "llmotel: PostgreSQL: "},
		"more cached than in": {[]string{"price", "gpt-5.2", "--input", "5", "--cache-read", "10"}, 2, "only 5"},
		"negative":            {[]string{"price", "gpt-5.2", "--input", "-5"}, 2, "negative"},
		"no price file":       {[]string{"price", "gpt-5.2", "--prices", "testdata/none.json"}, 1, "none.json"},
		"tail of nothing":     {[]string{"tail", "testdata/none.jsonl", "--no-follow"}, 1, "none.jsonl"},
		"tail of a database":  {[]string{"tail", "postgres://u:hunter2@h/d"}, 2, "database"},
		"no such schema":      {[]string{"schema", "9"}, 2, "llmotel.calllog/1"},
	} {
		_, errs, code := run(t, "", c.args...)
		if code != c.code || !strings.Contains(errs, c.errs) || strings.Contains(errs, "hunter2") {
			t.Errorf("%s: status %d, want %d: %s", name, code, c.code, errs)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code := cli.Run(ctx, []string{"report", calls}, nil, &bytes.Buffer{}, &bytes.Buffer{}); code != 130 {
		t.Errorf("status %d after an interrupt, want 130", code)
	}
}

func TestSchema(t *testing.T) {
	for args, want := range map[string]string{"": calllog.JSONSchema(), "llmotel.calllog/1": calllog.JSONSchemas()["llmotel.calllog/1"]} {
		if out, _, code := run(t, "", strings.Fields("schema "+args)...); out != want || code != 0 {
			t.Errorf("schema %s: status %d", args, code)
		}
	}
}

// Rates as OpenAI lists them: 1.75, 0.175 and 14 dollars a million.
func TestPrice(t *testing.T) {
	day := []string{"--at", "2026-08-15"}
	out, errs, code := run(t, "", append([]string{"price", "gpt-5.2", "--input", "12000", "--cache-read", "10000", "--output", "800"}, day...)...)
	if code != 0 {
		t.Fatal(errs)
	}
	for _, want := range []string{"2,000", "1.75 ", "0.0035\n", "0.175 ", "0.00175\n", "14 ", "0.0112\n", "0.01645 USD\n", "openai/gpt-5.2@2026-08-01"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	contract := filepath.Join(t.TempDir(), "contract.json")
	if err := os.WriteFile(contract, []byte(`{"schema": 1, "currency": "EUR", "prices": [{"provider": "self", "model": "house-model", "rates": {"input": 1, "output": 2}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a million of both":         {[]string{"gpt-5.2"}, `"amount": "15.75"`},
		"provider in front":         {[]string{"openai/gpt-5.2", "--output", "1000"}, `"amount": "0.014"`},
		"given provider":            {[]string{"gpt-5.2", "--provider", "azure.ai.openai", "--input", "1000"}, `"provider": "azure.ai.openai"`},
		"nothing missing":           {[]string{"gpt-5.2", "--input", "1000"}, `"amount": "0.00175"`},
		"a tier without rates":      {[]string{"claude-sonnet-5", "--tier", "batch"}, "batch has no rates of its own"},
		"a price file of one's own": {[]string{"house-model", "--provider", "self", "--prices", contract, "--input", "1000000"}, `"currency": "EUR"`},
	} {
		out, errs, code := run(t, "", append(append([]string{"price", "--format", "json"}, c.args...), day...)...)
		if code != 0 || !strings.Contains(out, c.want) || strings.Contains(out, "partial") {
			t.Errorf("%s: %s%s", name, out, errs)
		}
	}
}

// The built-in price of gpt-5.2 is of 2026-08-01.
func TestPriceBeforeTheOldest(t *testing.T) {
	for at, want := range map[string]bool{"2026-03-01": true, "2026-08-15": false} {
		out, errs, code := run(t, "", "price", "gpt-5.2", "--at", at)
		const warning = "no older price is known: the oldest one was used for 2026-03-01\n"
		if code != 0 || strings.Contains(out, warning) != want {
			t.Errorf("at %s: %s%s", at, out, errs)
		}
	}
}

func BenchmarkReport(b *testing.B) {
	path := filepath.Join(b.TempDir(), "log.jsonl")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	const records = 100_000
	if err := generate(f, records); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if code := cli.Run(b.Context(), []string{"report", path, "--by", "feature,variant"}, nil, &out, &out); code != 0 {
			b.Fatal(out.String())
		}
	}
	b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "records/s")
}
