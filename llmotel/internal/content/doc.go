// Package content collects what was said in an LLM call and writes it in the
// form of the GenAI conventions.
package content
