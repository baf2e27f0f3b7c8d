package failover_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/llmotel/sdk/failover"
)

// What an unchanged chain is set up to is written in the options' comments.
func TestDescribeDefaults(t *testing.T) {
	c, err := failover.New([]failover.Target{{Provider: script("a")}, {Name: "second", Model: "m", Provider: script("b")}})
	if err != nil {
		t.Fatal(err)
	}
	target := failover.TargetDescription{
		Name: "a", Provider: "a", Variant: "a", Weight: 1,
		MaxAttempts: 2, BackoffFirst: 500 * time.Millisecond, BackoffMaximum: 8 * time.Second,
		RetryAfterSoon: 2 * time.Second, RetryAfterLast: 30 * time.Second,
		ConsecutiveFailures: 5, FailureRate: .5, FailureRateMinCalls: 20, FailureRateWindow: time.Minute,
		OpenDelay: 30 * time.Second, Trials: 1, Successes: 2,
		FirstChunkTimeout: 2 * time.Minute, IdleTimeout: 2 * time.Minute,
	}
	second := target
	second.Name, second.Variant, second.Provider, second.Model = "second", "second", "b", "m"
	want := failover.Description{
		Name: "failover", TotalTimeout: 10 * time.Minute, OpenWait: 2 * time.Second,
		RetryBudgetShare: .2, RetryBudgetPerSecond: 10,
		Table:   failover.Table(),
		Targets: []failover.TargetDescription{target, second},
	}
	if diff := cmp.Diff(want, c.Describe()); diff != "" {
		t.Error(diff)
	}
}

// What a program gets it may change: the chain keeps its own.
func TestDescribeCopies(t *testing.T) {
	c, err := failover.New([]failover.Target{{Provider: script("a")}})
	if err != nil {
		t.Fatal(err)
	}
	d := c.Describe()
	d.Targets[0].Name, d.Table[0].Why = "changed", "changed"
	if diff := cmp.Diff("a", c.Describe().Targets[0].Name); diff != "" {
		t.Error(diff)
	}
	if c.Describe().Table[0].Why == "changed" {
		t.Error("the table was changed")
	}
}
