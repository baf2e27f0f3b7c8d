package bedrock

import (
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/internal/adapter"
)

// ledger returns the counts as the contract has them: input includes what was
// read from and written to the cache, which the API counts apart. Impossible
// counts are missing.
func ledger(t *types.TokenUsage) providers.Usage {
	if t == nil {
		return providers.Usage{}
	}
	input, output := count(t.InputTokens), count(t.OutputTokens)
	read, write := count(t.CacheReadInputTokens), count(t.CacheWriteInputTokens)
	var details, hour adapter.Count
	for _, d := range t.CacheDetails {
		n := count(d.InputTokens)
		if n.N < 0 {
			return providers.Usage{}
		}
		details.N, details.Set = details.N+n.N, details.Set || n.Set
		if d.Ttl == types.CacheTTLOneHour {
			hour.N += n.N
		}
	}
	if !write.Set {
		write = details
	}
	for _, n := range []adapter.Count{input, output, read, write} {
		if n.N < 0 {
			return providers.Usage{}
		}
	}
	u := providers.Usage{Completeness: providers.UsageReported}
	if input.Set {
		u.Set(providers.ClassInput, input.N+read.N+write.N)
	}
	output.Into(&u, providers.ClassOutput)
	read.Into(&u, providers.ClassCacheRead)
	write.Into(&u, providers.ClassCacheWrite)
	u.CacheWrite1h = hour.N
	return adapter.Tidy(u)
}

func count(n *int32) adapter.Count {
	if n == nil {
		return adapter.Count{}
	}
	return adapter.Count{N: int64(*n), Set: true}
}
