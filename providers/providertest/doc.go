// Package providertest is the conformance suite that every provider passes:
// vendor adapters, the mocks, and whatever wraps a provider.
//
// [Run] asks the author for one thing, [Config.New]: a provider that behaves as
// a [Scenario] says. For an adapter that is the adapter itself pointed at a
// fake service, and [NewServer] is an HTTP server that counts its calls, stalls
// and cuts; for a scripted provider it is a script; for a wrapper it is the
// wrapper around any provider that passes. The suite brings the requests and
// the checks:
//
//   - answers: text, tool calls, tool results, structured output, images,
//     reasoning and length limits, each unary and streamed, with the same
//     answer and the same usage both ways
//   - streams: order of chunks, nothing before ranging, each range a call,
//     leaving early releases the call
//   - errors: each kind typed, with the provider's name and without a word of
//     the prompt or the key, before the answer and in its middle
//   - cancellation before and during the call, and the caller's deadline
//   - requests that cannot work are refused before anything is sent, and no
//     request is ever changed
//   - concurrent use, and no goroutine left behind
//
// Subtests are named like "error/rate_limited/stream". What a provider cannot
// do at all is listed with its reason in [Config.Skip].
//
// Example (see the tests of providers/mock for one that runs):
//
//	func TestConformance(t *testing.T) {
//		providertest.Run(t, providertest.Config{
//			Name:  "acme",
//			Model: "acme-large",
//			New: func(t *testing.T, s providertest.Scenario) providertest.Setup {
//				srv := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
//					switch s.Behaviour {
//					case providertest.Text:
//						... // the vendor's own wire format, streamed if asked
//					case providertest.Fail:
//						... // the vendor's reply for s.Kind; echo Prompt, as vendors do
//					case providertest.Stall:
//						providertest.Wait(r)
//					}
//				})
//				p, err := acme.New(providertest.Key, acme.WithBaseURL(srv.URL), acme.WithHTTPClient(srv.Client()))
//				if err != nil {
//					t.Fatal(err)
//				}
//				return providertest.Setup{Provider: p, Calls: srv.Calls, Active: srv.Active}
//			},
//		})
//	}
package providertest
