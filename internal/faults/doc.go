// Package faults holds a server that misbehaves in every way in which providers
// do, and the proof that failover and the adapters of real SDKs have an answer
// to each.
//
// [NewServer] listens on a real socket and speaks OpenAI's Chat Completions and
// Responses, Anthropic's Messages, Gemini's generateContent and Bedrock's
// Converse, unary and streamed; the path of a request decides which. It writes HTTP/1.1 by hand,
// because net/http is too polite to send half a chunk. What it does to each
// request is its script, a list of [Fault] values:
//
//	srv := faults.NewServer(t)
//	srv.Script(faults.At(faults.AfterFirstText, faults.Reset), faults.Answer)
//
// resets the connection of the first request after some text, and answers every
// further one. Faults compose: [For] lets one last a while, [Times] a number of
// requests. The server counts requests and connections, and [NewClient] counts
// those of the client, so that a test sees what is left behind.
//
// The tests drive every row of failover.Table through it, unary and stream,
// and write docs/faults.md; what HTTP/2 breaks differently they meet on net/http's
// own server; they hold an outage of a minute, and a minute of
// Toxiproxy between client and server.
//
// The module stands outside go.work: it needs every vendor's adapter.
package faults

//go:generate go test -run TestDocument -count=1 . -update
