package debugui

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/llmotel/sdk/llmotel/stats"
)

const (
	styleFile  = "style.css"
	scriptFile = "live.js"
	iconFile   = "icon.svg"
)

//go:embed static templates
var files embed.FS

// pages are what there is to see, by the last part of their path.
var pages = map[string]page{
	"":            {"Overview", (*Handler).overview},
	"breakers":    {"Breakers", (*Handler).breakers},
	"calls":       {"Calls", (*Handler).callList},
	"call":        {"Call", (*Handler).call},
	"experiments": {"Experiments", (*Handler).experiments},
}

type page struct {
	title string
	// make returns what the template shows and what JSON has; a nil view is a
	// thing that there is not.
	make func(*Handler, *request) (view, data any)
}

// request is what a page is made for.
type request struct {
	now    time.Time
	window stats.Window
	query  url.Values
}

// frame is what every page has around it.
type frame struct {
	Title, Program string
	Page           string
	Version        string
	Now            time.Time
	Window         window
	Windows        []window
	Kept, Seen     int
	Since          time.Time
	JSON           string
	View           any
	h              *Handler
}

// window is a window of time by its name in URLs.
type window struct {
	Param, Name, Title string
	window             stats.Window
	Current            bool
	URL                string
}

var windows = []window{
	{Param: "1m", Name: "1" + nbsp + "min", Title: "last minute", window: stats.LastMinute},
	{Param: "5m", Name: "5" + nbsp + "min", Title: "last 5 minutes", window: stats.Last5Minutes},
	{Param: "1h", Name: "1" + nbsp + "h", Title: "last hour", window: stats.LastHour},
}

// version changes with the assets, which browsers keep.
var version = func() string {
	sum := sha256.New()
	for _, name := range []string{styleFile, scriptFile, iconFile} {
		b, _ := files.ReadFile("static/" + name) // it is embedded
		sum.Write(b)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}()

var templates = func() map[string]*template.Template {
	all := make(map[string]*template.Template, len(pages))
	for name := range pages {
		all[name] = template.Must(template.New("layout.html").Funcs(functions).ParseFS(files,
			"templates/layout.html", "templates/parts.html", "templates/"+cmp.Or(name, "overview")+".html"))
	}
	return all
}()

// timestamp is a time for people, machines and the script.
type timestamp struct {
	At   time.Time
	Text string
	// Millis is what the script counts from.
	Millis int64
}

var functions = template.FuncMap{
	"count64": count[int64], "count": count[int], "duration": duration, "percent": percent, "dollars": dollars, "money": money, "words": func(s any) string { return words(text(s)) },
	"text": text, "sign": func(s string) string { return signs[s] }, "select": chosen, "has": slices.Contains[[]string], "cost": costText, "total": total,
	"looks": func() []int { return []int{0, 1, 2, 3, 4, 5} }, "ink": func(n int) int { return inks[n] }, "stripe": func(n int) int { return stripes[n] },
	"laneTop": laneTop, "laneHeight": laneHeight, "calls": func(a, b int) int { return a + b },
	"attribution": attributionOf, "attributes": attributesOf,
	"exact": func(t time.Time) string { return t.Format("2006-01-02 15:04:05.000 MST") },
	"clock": func(t time.Time) string { return t.Format("15:04:05") },
	"day":   func(t time.Time) string { return t.Format("2006-01-02") },
	"iso":   func(t time.Time) string { return t.Format(time.RFC3339Nano) },
	"since": func(now, t time.Time) timestamp { return timestamp{t, ago(now.Sub(t)), t.UnixMilli()} },
	"till":  func(now, t time.Time) timestamp { return timestamp{t, until(t.Sub(now)), t.UnixMilli()} },
	"plural": func(n int, one, many string) string {
		if n == 1 {
			return one
		}
		return many
	},
}

func lastSegment(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func (h *Handler) serve(w http.ResponseWriter, r *http.Request, name string, p page) {
	query := r.URL.Query()
	req := &request{now: time.Now(), query: query, window: stats.Last5Minutes}
	current := windows[1]
	for _, win := range windows {
		if win.Param == query.Get("w") {
			req.window, current = win.window, win
		}
	}
	view, data := p.make(h, req)
	status := http.StatusOK
	if view == nil {
		status = http.StatusNotFound
	}
	if wantsJSON(r) {
		if view == nil {
			data = map[string]string{"error": "not found"}
		}
		body, err := json.MarshalIndent(data, "", "  ")
		if err != nil {
			http.Error(w, "This cannot be written as JSON.", http.StatusInternalServerError)
			return
		}
		write(w, r, status, "application/json", append(body, '\n'))
		return
	}
	f := frame{
		Title: p.title, Program: h.cfg.title, Page: name, Version: version, Now: req.now, Window: current, Since: h.since,
		JSON: link(name, query, "format", "json"), View: view, h: h,
	}
	for _, win := range windows {
		win.Current, win.URL = win.Param == current.Param, link(name, query, "w", win.Param)
		f.Windows = append(f.Windows, win)
	}
	seen := h.calls.count()
	f.Seen, f.Kept = int(seen), int(min(seen, uint64(h.cfg.records))) //nolint:gosec // nobody counts as far
	var body bytes.Buffer
	if err := templates[name].Execute(&body, &f); err != nil {
		http.Error(w, "The page cannot be made.", http.StatusInternalServerError)
		return
	}
	write(w, r, status, "text/html; charset=utf-8", body.Bytes())
}

// link is the page with one parameter of the query set, or taken away by "".
func link(page string, query url.Values, key, value string) string {
	q := url.Values{}
	for k, v := range query {
		if k != key && k != "format" && len(v) > 0 && v[0] != "" {
			q.Set(k, v[0])
		}
	}
	if value != "" {
		q.Set(key, value)
	}
	return cmp.Or(page, "./") + "?" + q.Encode()
}

// wantsJSON tells whether JSON is preferred to HTML.
func wantsJSON(r *http.Request) bool {
	if f := r.URL.Query().Get("format"); f != "" {
		return f == "json"
	}
	var jsonQ, htmlQ float64
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, params, _ := strings.Cut(part, ";")
		q := 1.0
		if _, v, ok := strings.Cut(params, "q="); ok {
			q, _ = strconv.ParseFloat(strings.TrimSpace(v), 64) // what is no number is 0
		}
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "application/json":
			jsonQ = q
		case "text/html", "text/*", "*/*":
			htmlQ = max(htmlQ, q)
		}
	}
	return jsonQ > 0 && jsonQ >= htmlQ
}

// write sends a page, compressed if the client takes that.
func write(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) {
	header := w.Header()
	header.Set("Content-Type", kind)
	if len(body) > 1024 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(body) // a Buffer takes everything
		_ = z.Close()
		body = b.Bytes()
		header.Set("Content-Encoding", "gzip")
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) //nolint:gosec // templates have escaped it; whoever has gone need not be told
	}
}

func serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	body, _ := files.ReadFile("static/" + name) // it is embedded
	if r.URL.Query().Get("v") == version {
		w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	kind := map[string]string{styleFile: "text/css; charset=utf-8", scriptFile: "text/javascript; charset=utf-8", iconFile: "image/svg+xml"}[name]
	write(w, r, http.StatusOK, kind, body)
}
