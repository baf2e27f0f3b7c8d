// Package langchaingo tests the way in of programs that use langchaingo, whose
// clients of OpenAI, Anthropic and Ollama are its own: NewTransport in the HTTP
// client that they take.
//
// It is a module of its own, so that nothing else depends on langchaingo.
package langchaingo
