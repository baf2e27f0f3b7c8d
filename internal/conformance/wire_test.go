package conformance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/providertest"
)

// wire is a vendor's protocol: how a server speaks it and what a request in it
// can say.
type wire struct {
	// provider is its name in the conventions, model and embedding are models.
	provider, model, embedding string
	operation                  string // of inference
	api                        string // openai.api.type, if it has one
	// dial returns the official SDK's client, not yet observed; nil if there
	// is no adapter.
	dial func(*testing.T, dialling) client
	// speak is for programs that use no SDK.
	speak spoken
	// serve answers as the reply says.
	serve func(reply) http.HandlerFunc
	// adapt drops from a request what the protocol lacks.
	adapt func(*providers.Request)
	// lacks are scenarios that the protocol has no words for, with the reason.
	lacks map[string]string
	// stops and calls are the finish reasons in the vendor's words: the span
	// has them as they came.
	stops, calls string
	// usage are the token counts that its answers report, by attribute.
	usage func(reply) map[string]int64
	// untold are recommended attributes that the vendor's answers say nothing
	// about, untoldEmbeddings those of embeddings, untoldOnWire those that the
	// adapter takes from the request.
	untold, untoldEmbeddings, untoldOnWire []string
	// failed is the finish reason of an answer that broke off, if the vendor
	// has a word for it.
	failed string
	// has says what else its answers report.
	has map[string]any
}

// object is a JSON object.
type object map[string]any

func (o object) String() string {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// streamed tells whether a request asks for a stream.
func (o object) streamed() bool {
	b, ok := o["stream"].(bool)
	return ok && b
}

func sendJSON(w http.ResponseWriter, status int, body object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}

// events writes server-sent events.
type events struct{ w http.ResponseWriter }

func startEvents(w http.ResponseWriter) events {
	w.Header().Set("Content-Type", "text/event-stream")
	return events{w}
}

func (e events) data(body any) {
	fmt.Fprintf(e.w, "data: %s\n\n", body)
	providertest.Flush(e.w)
}

// named writes an event with a name, which is also its type.
func (e events) named(name string, body object) {
	body["type"] = name
	fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", name, body)
	providertest.Flush(e.w)
}

// asked reads a request body.
func asked(r *http.Request) (body object) {
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		panic(http.ErrAbortHandler)
	}
	return body
}

func (r reply) text() string { return strings.Join(r.pieces, "") }
