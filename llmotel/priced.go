package llmotel

import (
	"cmp"
	"strings"

	"github.com/llmotel/sdk/llmotel/internal/genai"
	"github.com/llmotel/sdk/llmotel/pricing"
	"github.com/llmotel/sdk/providers"
)

// costOf asks what tokens cost. What r leaves empty is what was asked for. A
// price table that panics leaves the call unpriced.
func (s *Span) costOf(r *Result, u *providers.Usage) (c pricing.Cost) {
	defer func() {
		if recover() != nil {
			c = pricing.Cost{}
		}
	}()
	q := pricing.Query{
		Provider: cmp.Or(r.Provider, s.call.Provider), Model: cmp.Or(r.Model, s.call.Model), Tier: cmp.Or(r.ServiceTier, s.requestTier()),
		Usage: u, At: s.begun,
	}
	q.Region = cmp.Or(regionOf(q.Provider, s.call.ServerAddress), r.Region)
	if q.Provider != genai.ProviderNameAWSBedrock || s.call.Model == "" || r.Model == "" {
		return s.inst.price(&q)
	}
	// Bedrock's prices are those of its own model ids, and a body that names its
	// model uses the vendor's. The id of an inference profile may tell nothing.
	q.Model = s.call.Model
	if c = s.inst.price(&q); c.PriceID == "" {
		q.Model = r.Model
		c = s.inst.price(&q)
	}
	return c
}

// price tells the region to those who have prices of regions.
func (i *Instrumentation) price(q *pricing.Query) pricing.Cost {
	switch p := i.pricer.(type) {
	case *pricing.Catalogue:
		return p.Price(*q)
	case *pricing.Files:
		return p.Price(*q)
	}
	return i.pricer.Cost(q.Provider, q.Model, q.Tier, q.Usage, q.At)
}

// regionOf is the region that calls to a host are bound to, in the words of
// pricing.Query; empty if that is nowhere or not known. OpenAI's hosts of regions
// are {region}.api.openai.com, Bedrock's have theirs behind the service, also in
// names of FIPS and VPC endpoints.
func regionOf(provider, host string) string {
	switch provider {
	case genai.ProviderNameOpenAI:
		region, ok := strings.CutSuffix(host, ".api.openai.com")
		if ok && !strings.Contains(region, ".") {
			return region
		}
	case genai.ProviderNameAWSBedrock:
		for service := range strings.SplitSeq(host, ".") {
			if strings.HasPrefix(service, "bedrock-") {
				_, behind, _ := strings.Cut(host, service+".")
				region, _, _ := strings.Cut(behind, ".")
				return region
			}
		}
	}
	return ""
}
