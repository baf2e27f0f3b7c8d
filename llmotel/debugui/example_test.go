package debugui_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/llmotel/sdk/llmotel"
	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/llmotel/stats"
	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/mock"
)

// Without monitor: the page and its statistics are sinks, and the page is mounted.
func Example() {
	figures := stats.New()
	page, err := debugui.New(figures)
	if err != nil {
		log.Fatal(err)
	}
	inst, err := llmotel.New(llmotel.WithSinks(figures, page))
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/debug/llm/", page) // of a server on 127.0.0.1

	openai, _ := mock.NewOpenAI(mock.WithTimeScale(0))
	if _, err := inst.Wrap(openai).Generate(context.Background(), &providers.Request{
		Model: "gpt-5.2", Messages: []providers.Message{providers.UserText("Which plan includes single sign-on?")},
	}); err != nil {
		log.Fatal(err)
	}

	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "http://localhost/debug/llm/calls?format=json", http.NoBody)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 application/json
}
