// Package mock has providers that need no key and no network and yet behave
// like real ones: they take their time, count tokens, stream, fail and go down.
//
// [NewOpenAI] is like a GPT-4 class model, [NewAnthropic] like a faster Claude
// Sonnet class model; [New] takes a [Profile] of your own. Their model names
// ([ModelOpenAI], [ModelAnthropic], [ModelEmbedding]) have list prices, so that
// cost shows up as it would for the real thing.
//
// What a call answers depends on the seed and the request alone: the same
// question gives the same answer, unary or streamed. When and whether it fails
// depends on the seed and the number of the call, counted from 0 as calls begin.
// So a program that makes its calls one after the other repeats exactly with the
// same [WithSeed]. With calls at the same time the set of latencies, failures
// and ids is still the same, and the scheduler decides which call gets which;
// prompt cache hits depend on the order as well.
//
// Failures come from three places, the first that applies decides: an outage
// ([Provider.SetDown], [Provider.SetOutage]), the script ([WithScript]), and
// failure rates ([WithFailureRate]). The cause inside each error quotes the
// prompt, as the errors of real SDKs do, so that tests can prove that it does
// not get out.
//
// Tokens are counted by [EstimateTokens], and reported as a provider's own.
// Waiting uses timers and the caller's context, starts no goroutine, and works
// under testing/synctest; [WithTimeScale] shortens it.
package mock
