package main

import (
	"strings"
	"testing"
)

func TestViolations(t *testing.T) {
	const sdk = "github.com/llmotel/sdk/"
	tests := map[string]struct {
		pkg     string // below home
		imports string // space separated
		reaches string // through others
		want    string // part of the one message; "" for none
	}{
		"the contract alone":             {pkg: "providers"},
		"the contract and a module":      {pkg: "providers", imports: "example.test/x", want: "must not import example.test/x"},
		"the contract and prices":        {pkg: "providers", imports: sdk + "llmotel/pricing", want: "must not import"},
		"the mock and prices":            {pkg: "providers/mock", imports: sdk + "providers " + sdk + "llmotel/pricing"},
		"the suite and goleak":           {pkg: "providers/providertest", imports: "go.uber.org/goleak"},
		"the suite and a test helper":    {pkg: "providers/providertest", imports: sdk + "internal/oteltest", want: "must not import"},
		"a test helper and the OTel SDK": {pkg: "internal/oteltest", imports: "go.opentelemetry.io/otel/sdk/trace"},
		"an adapter and its SDK":         {pkg: "providers/openai", imports: sdk + "providers github.com/openai/openai-go/v3/option"},
		"an adapter and another's SDK":   {pkg: "providers/openai", imports: "github.com/anthropics/anthropic-sdk-go", want: "must not import"},
		"an adapter and the recorder":    {pkg: "providers/openai", imports: sdk + "llmotel", want: "must not import"},
		"the recorder and the OTel API":  {pkg: "llmotel", imports: "go.opentelemetry.io/otel go.opentelemetry.io/otel/trace"},
		"the recorder and the scope":     {pkg: "llmotel", imports: "go.opentelemetry.io/otel/sdk/instrumentation"},
		"the recorder and the OTel SDK":  {pkg: "llmotel", imports: "go.opentelemetry.io/otel/sdk/trace", want: "must not import"},
		"the recorder far from the SDK":  {pkg: "llmotel", imports: "go.opentelemetry.io/otel", reaches: "go.opentelemetry.io/otel/sdk/trace", want: "must not reach"},
		"the recorder and an exporter":   {pkg: "llmotel", imports: "go.opentelemetry.io/otel/exporters/x", want: "must not import"},
		"the recorder and failsafe":      {pkg: "llmotel", imports: "github.com/failsafe-go/failsafe-go", want: "must not import"},
		"the recorder and failover":      {pkg: "llmotel", imports: sdk + "failover", want: "must not import"},
		"the recorder and a leaf":        {pkg: "llmotel", imports: sdk + "llmotel/stats", want: "must not import"},
		"names and the OTel SDK":         {pkg: "llmotel/internal/genai", imports: "go.opentelemetry.io/otel/sdk", want: "must not import"},
		"prices and the contract":        {pkg: "llmotel/pricing", imports: sdk + "providers"},
		"prices and the OTel API":        {pkg: "llmotel/pricing", imports: "go.opentelemetry.io/otel", want: "must not import"},
		"failover and its engine":        {pkg: "failover", imports: sdk + "providers " + sdk + "llmotel/pricing github.com/failsafe-go/failsafe-go/retrypolicy"},
		"failover and the OTel API":      {pkg: "failover", imports: "go.opentelemetry.io/otel/trace", want: "must not import"},
		"failover far from OTel":         {pkg: "failover", imports: sdk + "providers", reaches: "go.opentelemetry.io/otel", want: "must not reach"},
		"failover and the recorder":      {pkg: "failover", imports: sdk + "llmotel", want: "must not import"},
		"a leaf and its libraries":       {pkg: "llmotel/otelsetup", imports: sdk + "llmotel go.opentelemetry.io/otel/sdk/trace"},
		"a leaf and stats":               {pkg: "llmotel/debugui", imports: sdk + "llmotel/stats " + sdk + "llmotel/calllog"},
		"a leaf and reports":             {pkg: "llmotel/debugui", imports: sdk + "llmotel/calllog/report"},
		"a leaf and a database":          {pkg: "llmotel/debugui", imports: sdk + "llmotel/calllog/sqlite", want: "must not import"},
		"a database and its driver":      {pkg: "llmotel/calllog/sqlite", imports: sdk + "llmotel/calllog/internal/row modernc.org/sqlite"},
		"a leaf and its own rooms":       {pkg: "llmotel/calllog/internal/jsonl", imports: sdk + "llmotel/calllog/internal/x"},
		"a leaf and another leaf":        {pkg: "llmotel/stats", imports: sdk + "llmotel/otelsetup", want: "must not import"},
		"a leaf and failover":            {pkg: "llmotel/stats", imports: sdk + "failover", want: "must not import"},
		"where failover and llmotel met": {pkg: "llmotel/otelfailover", imports: sdk + "failover " + sdk + "llmotel go.opentelemetry.io/otel/trace"},
		"the front door":                 {pkg: "llmotel/monitor", imports: sdk + "failover " + sdk + "llmotel/otelsetup"},
		"the front door and a vendor":    {pkg: "llmotel/monitor", imports: "github.com/openai/openai-go/v3", want: "must not import"},
		"a room that nobody planned":     {pkg: "gateway", want: "no rule covers this package"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			imports := strings.Fields(tt.imports)
			p := pkg{ImportPath: sdk + tt.pkg, Name: "x", Imports: imports}
			p.Deps = append(strings.Fields(tt.reaches), imports...)
			found := violations(p)
			switch {
			case tt.want == "" && len(found) > 0:
				t.Errorf("found %q, want nothing", found)
			case tt.want != "" && (len(found) != 1 || !strings.Contains(found[0], tt.want)):
				t.Errorf("found %q, want one with %q", found, tt.want)
			}
		})
	}
}

func TestProgramsAreFree(t *testing.T) {
	p := pkg{ImportPath: home + "/cmd/llmotel", Name: "main", Imports: []string{"example.test/x"}}
	if found := violations(p); len(found) > 0 {
		t.Errorf("found %q, want nothing", found)
	}
}

func TestLongest(t *testing.T) {
	tests := []struct {
		patterns []string
		path     string
		want     int
	}{
		{[]string{"a/..."}, "a", 3},
		{[]string{"a/..."}, "a/b", 3},
		{[]string{"a/..."}, "ab", 0},
		{[]string{"a"}, "a", 4},
		{[]string{"a"}, "a/b", 0},
		{[]string{"..."}, "anything/at/all", 1},
		{[]string{"a/...", "a/b/..."}, "a/b/c", 7},
		{nil, "a", 0},
	}
	for _, tt := range tests {
		if got := longest(tt.patterns, tt.path); got != tt.want {
			t.Errorf("longest(%q, %q) = %d, want %d", tt.patterns, tt.path, got, tt.want)
		}
	}
}
