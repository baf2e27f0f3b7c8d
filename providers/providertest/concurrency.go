package providertest

import (
	"sync"
	"testing"

	"github.com/llmotel/sdk/providers"
)

// concurrency checks that one provider and one request serve many calls at
// once; the race detector does the rest.
func (s suite) concurrency(t *testing.T) {
	t.Helper()
	const workers = 16
	s.test(t, "concurrent", Scenario{Behaviour: Text}, func(t *testing.T, b bench) {
		req := b.request()
		answers := make([]*providers.Response, workers)
		errs := make([]error, workers)
		var wg sync.WaitGroup
		for i := range workers {
			wg.Go(func() {
				switch i % 4 {
				case 0, 1:
					answers[i], errs[i] = b.Provider.Generate(t.Context(), req)
				case 2:
					answers[i], errs[i] = providers.Collect(b.Provider.Stream(t.Context(), req))
				case 3: // left early
					for _, err := range b.Provider.Stream(t.Context(), req) {
						errs[i] = err
						break
					}
				}
			})
		}
		wg.Wait()
		owner := map[*providers.Response]int{}
		for i, err := range errs {
			if err != nil {
				t.Errorf("worker %d: %v", i, err)
				continue
			}
			if answers[i] == nil {
				continue
			}
			if other, taken := owner[answers[i]]; taken {
				t.Errorf("workers %d and %d got the same *Response; each call returns its own, which its caller may change", other, i)
			}
			owner[answers[i]] = i
			if d := diff(stable(answers[0]), stable(answers[i])); d != "" {
				t.Errorf("worker %d got another answer:\n%s", i, d)
			}
		}
		if n := b.Calls(); n != workers {
			t.Errorf("%d calls for %d answers", n, workers)
		}
		b.checkUnchanged(t, req)
		b.checkReleased(t)
	})
}
