package debugui_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/llmotel/sdk/llmotel/debugui"
	"github.com/llmotel/sdk/llmotel/stats"
)

const token = "0123456789abcdef"

func TestWhoMayLook(t *testing.T) {
	host := func(h string) func(*http.Request) { return func(r *http.Request) { r.Host = h } }
	header := func(pairs ...string) func(*http.Request) {
		return func(r *http.Request) {
			for i := 0; i < len(pairs); i += 2 {
				r.Header.Set(pairs[i], pairs[i+1])
			}
		}
	}
	method := func(m string) func(*http.Request) { return func(r *http.Request) { r.Method = m } }
	open, named, secret := newPage(t), newPage(t, debugui.WithHosts("llm.example.com", "[2001:db8::1]")), newPage(t, debugui.WithToken(token))
	for name, tc := range map[string]struct {
		page   *page
		change func(*http.Request)
		want   int
	}{
		"localhost":           {open, host("localhost:6060"), 200},
		"localhost, any case": {open, host("LocalHost."), 200},
		"127.0.0.1":           {open, host("127.0.0.1:80"), 200},
		"127.8.9.1":           {open, host("127.8.9.1"), 200},
		"::1":                 {open, host("[::1]:8080"), 200},
		"no host":             {open, host(""), 403},
		"another name":        {open, host("evil.example.com:6060"), 403},
		"looks like loopback": {open, host("127.0.0.1.evil.example.com"), 403},
		"localhost of theirs": {open, host("localhost.evil.example.com"), 403},
		"not loopback":        {open, host("192.168.0.7"), 403},
		"port is not a name":  {open, host("evil.example.com:localhost"), 403},
		"allowed name":        {named, host("llm.example.com:443"), 200},
		"allowed address":     {named, host("[2001:db8::1]:443"), 200},
		"part of a name":      {named, host("a.llm.example.com"), 403},

		"HEAD":   {open, method(http.MethodHead), 200},
		"POST":   {open, method(http.MethodPost), 405},
		"DELETE": {open, method(http.MethodDelete), 405},

		"own script":       {open, header("Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"), 200},
		"typed address":    {open, header("Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"), 200},
		"foreign link":     {open, header("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"), 200},
		"foreign frame":    {open, header("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"), 403},
		"foreign script":   {open, header("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"), 403},
		"neighbour's page": {open, header("Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors"), 403},

		"no token":           {secret, nil, 401},
		"wrong token":        {secret, header("Authorization", "Bearer 0123456789abcdeX"), 401},
		"part of the token":  {secret, header("Authorization", "Bearer 0123456789abcde"), 401},
		"empty token":        {secret, header("Authorization", "Bearer "), 401},
		"token":              {secret, header("Authorization", "Bearer "+token), 200},
		"token, lower case":  {secret, header("Authorization", "bearer "+token), 200},
		"password":           {secret, func(r *http.Request) { r.SetBasicAuth("me", token) }, 200},
		"wrong password":     {secret, func(r *http.Request) { r.SetBasicAuth(token, "") }, 401},
		"token in the query": {secret, func(r *http.Request) { r.URL.RawQuery = "token=" + token }, 401},
	} {
		t.Run(name, func(t *testing.T) {
			for _, at := range []string{"", "calls", "style.css", "nothing"} {
				w := tc.page.ask(at, tc.change)
				want := tc.want
				if at == "nothing" && want == http.StatusOK {
					want = http.StatusNotFound
				}
				if w.Code != want {
					t.Errorf("/%s: %d, want %d", at, w.Code, want)
				}
				if w.Code >= 400 && strings.Contains(w.Body.String(), "<") {
					t.Errorf("an error is HTML: %s", w.Body)
				}
				for key, want := range map[string]string{
					"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
					"X-Content-Type-Options":  "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
				} {
					if got := w.Header().Get(key); got != want {
						t.Errorf("/%s: %s: %q, want %q", at, key, got, want)
					}
				}
			}
		})
	}
	if w := open.ask("", method(http.MethodHead)); w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Errorf("HEAD has a body of %d bytes", w.Body.Len())
	}
	if w := open.ask("", method(http.MethodPut)); w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow: %q", w.Header().Get("Allow"))
	}
	if w := secret.ask("", nil); len(w.Header().Values("WWW-Authenticate")) != 2 || strings.Contains(w.Body.String(), token) {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	for name, tc := range map[string]struct {
		opt  debugui.Option
		want string
	}{
		"no records":       {debugui.WithRecords(0), "WithRecords"},
		"too many records": {debugui.WithRecords(100_001), "WithRecords"},
		"no viewers":       {debugui.WithMaxViewers(0), "WithMaxViewers"},
		"empty token":      {debugui.WithToken(""), "token"},
		"short token":      {debugui.WithToken("0123456789abcde"), "token"},
		"host with scheme": {debugui.WithHosts("http://x"), "WithHosts"},
		"host with port":   {debugui.WithHosts("x:80"), "WithHosts"},
		"wildcard":         {debugui.WithHosts("*"), "WithHosts"},
		"script for trace": {debugui.WithTraceURL("javascript:alert({trace_id})"), "WithTraceURL"},
		"no trace in it":   {debugui.WithTraceURL("http://localhost:16686/"), "WithTraceURL"},
	} {
		if _, err := debugui.New(stats.New(), tc.opt); err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "0123456789abcde") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := debugui.New(nil); err == nil {
		t.Error("without statistics")
	}
	hosts := []string{"A.example"}
	if _, err := debugui.New(stats.New(), nil, debugui.WithBreakers(nil), debugui.WithHosts(hosts...)); err != nil || hosts[0] != "A.example" {
		t.Error(err, hosts)
	}
}
