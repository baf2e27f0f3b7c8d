package debugui_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/providers"
)

func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		status := providers.BreakerStatus{Target: "primary", State: providers.BreakerClosed}
		p := newPage(t, debugui.WithBreakers(func() []providers.BreakerStatus {
			return []providers.BreakerStatus{status, {Target: "backup", State: providers.BreakerClosed}}
		}))
		change := func(from, to providers.BreakerState, reason string) {
			p.record(func(r *llmotel.Record) {
				failedOver(r)
				// The visit ends now; the call goes on.
				r.Visits[0].Duration, r.Duration = 400*time.Millisecond, time.Second
				r.BreakerChanges = []llmotel.BreakerChange{{Target: "primary", From: from, To: to, Reason: reason}}
			})
			status.State, status.Since, status.Reason = to, time.Now(), reason
		}
		time.Sleep(20 * time.Second)
		change(providers.BreakerClosed, providers.BreakerOpen, "consecutive_failures")
		status.RetryAt, status.ConsecutiveFailures, status.Failures, status.FailureRate = time.Now().Add(30*time.Second), 5, 5, 1
		time.Sleep(10 * time.Second)

		var got struct {
			Breakers []struct {
				Target, State string
				States        []struct {
					State, Reason string
					From, To      time.Time
				}
			}
			Changes   []struct{ From, To, Reason string }
			Fallbacks []struct {
				From, To, Why string
				Calls         int
			}
		}
		states := func() string {
			p.json("breakers?w=1m", &got)
			s := ""
			for _, one := range got.Breakers[0].States {
				s += fmt.Sprintf("%s %v-%v; ", one.State, one.From.Sub(begun).Round(time.Millisecond), one.To.Sub(begun).Round(time.Millisecond))
			}
			return s
		}
		if s := states(); s != "closed 0s-20s; open 20s-30s; " {
			t.Errorf("%s", s)
		}
		if len(got.Breakers) != 2 || len(got.Breakers[1].States) != 1 || got.Breakers[0].States[1].Reason != "consecutive_failures" {
			t.Errorf("%+v", got.Breakers)
		}
		if len(got.Fallbacks) != 1 || fmt.Sprint(got.Fallbacks[0]) != "{primary backup overloaded 1}" {
			t.Errorf("%+v", got.Fallbacks)
		}
		html := strings.ReplaceAll(p.html("breakers?w=1m"), "\u00a0", " ")
		for _, want := range []string{
			`aria-label="primary: closed for 20.0 s, then open for 10.0 s"`, `<dt>Consecutive failures</dt><dd>5</dd>`, `100.0 % <span class="note">of 5 calls`,
			`>in 20 s</time>`, `>10 s ago</time>: consecutive failures`,
			// of one minute, 30 s ago to 10 s ago, and until now
			`<rect class="closed" x="500" width="333.3333333333333" y="24" height="6">`, `<rect class="open" x="833.3333333333334" width="166.66666666666666" y="0" height="30">`,
		} {
			if !strings.Contains(html, want) {
				t.Errorf("%s is not there", want)
			}
		}

		// A trial that is under way shows in the breaker only.
		time.Sleep(20 * time.Second)
		status.State, status.Since = providers.BreakerHalfOpen, time.Now()
		time.Sleep(5 * time.Second)
		if s := states(); s != "closed 0s-20s; open 20s-50s; half_open 50s-55s; " {
			t.Errorf("%s", s)
		}
		time.Sleep(time.Minute)
		change(providers.BreakerHalfOpen, providers.BreakerClosed, "trials_succeeded")
		time.Sleep(10 * time.Second)
		if s := states(); !strings.HasSuffix(s, "closed 1m55s-2m5s; ") || len(got.Changes) != 1 {
			t.Errorf("%s %v", s, got.Changes)
		}
	})
}
