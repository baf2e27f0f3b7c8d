package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

type options struct {
	speed  float64
	seed   uint64
	log    string
	serve  bool
	listen string
}

// parse reads the command line. What is wrong with it is said on w.
func parse(args []string, w io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.Float64Var(&o.speed, "speed", 10, "how many times faster than life; 1 is real time, which is the default with -serve")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of the mock providers' latencies and ids; the answers are always the same")
	flags.StringVar(&o.log, "log", "llm_telemetry.jsonl", "file to append the call records to, one JSON line each")
	flags.BoolVar(&o.serve, "serve", false, "make calls until Ctrl-C, with outages on a schedule, and show them at /debug/llm/")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8089", "with -serve, the address of the page; port 0 takes a free one")
	if err := flags.Parse(args); err != nil {
		return o, err // has been said
	}
	paced := false
	flags.Visit(func(f *flag.Flag) { paced = paced || f.Name == "speed" })
	if o.serve && !paced {
		o.speed = 1
	}
	err := o.check(flags.Args())
	if err != nil {
		fmt.Fprintln(w, "quickstart:", err)
	}
	return o, err
}

func (o *options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q: there are only flags, see -h", rest[0])
	case !(o.speed > 0 && o.speed <= 1000): // NaN as well
		return errors.New("-speed must be above 0 and at most 1000, for example 10, or 1 for real time")
	case o.log == "":
		return errors.New("-log needs the name of a file, for example -log calls.jsonl")
	}
	return nil
}
