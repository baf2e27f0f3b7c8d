package calllog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/calllog"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// A cost that is not known is null, and unpriced says when a price is missing.
func TestCostThatIsNotKnown(t *testing.T) {
	reported := providers.Usage{Completeness: providers.UsageReported, Input: 10, Output: 5}
	cases := []struct {
		name     string
		record   llmotel.Record
		unpriced bool
	}{
		{"answered, no price for the model", llmotel.Record{Usage: reported}, true},
		{"answered, usage missing, price known", llmotel.Record{Cost: pricing.Cost{PriceID: "openai/gpt-5.2@2026-08-01"}}, false},
		{"refused", llmotel.Record{ErrorKind: providers.KindServerError}, false},
		{"failed after using tokens, no price", llmotel.Record{ErrorKind: providers.KindContentFiltered, Usage: reported}, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			log := calllog.New(&b)
			log.Record(context.WithoutCancel(t.Context()), &c.record)
			if err := log.Close(); err != nil {
				t.Fatal(err)
			}
			var line map[string]any
			if err := json.Unmarshal(b.Bytes(), &line); err != nil {
				t.Fatal(err)
			}
			if cost, ok := line["cost_usd"]; !ok || cost != nil {
				t.Errorf("cost_usd is %v, want null", cost)
			}
			if unpriced, _ := line["unpriced"].(bool); unpriced != c.unpriced {
				t.Errorf("unpriced is %t, want %t", unpriced, c.unpriced)
			}
			if in, ok := line["input_tokens"]; ok != (c.record.Usage.Completeness != providers.UsageMissing) {
				t.Errorf("input_tokens is %v", in)
			}
		})
	}
}
