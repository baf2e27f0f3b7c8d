// Package tokenest counts the tokens of calls whose provider did not tell. Hand
// an [Estimator] to llmotel.WithUsageEstimator: answers without usage, and streams
// that were cut, cancelled or left before it came, then have a usage that is
// marked as estimated, and a cost that is marked as partial.
//
// The tokenizer is OpenAI's (o200k_base, and cl100k_base for models before
// GPT-4o), with its vocabulary in the program: nothing is downloaded. Texts of
// OpenAI's models are counted as OpenAI counts them, to the token; prompts
// with tools, whose definitions OpenAI rewrites, to within a third, and calls of tools
// only to within a half.
// No other vendor's tokenizer exists as a Go module that needs no network: for their
// models the count of o200k_base stands in, which may be off by a third
// (Anthropic's is lower than the bill, as a rule); [WithoutApproximation] leaves
// them unknown instead. Images, sounds and files are not counted, and reasoning only
// as far as it is shown.
//
// Counting runs on the goroutine of the call, after its answer, and only if
// the usage is missing. It is bounded: of more than 64 KiB of text the rest is
// taken to be like the beginning.
//
// It is a module of its own, for the vocabularies are some 8 MB in a program.
package tokenest
