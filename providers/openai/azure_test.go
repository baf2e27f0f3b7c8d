package openai_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/openai/openai-go/v3"
	sdkazure "github.com/openai/openai-go/v3/azure"
	"github.com/openai/openai-go/v3/option"

	"github.com/llmotel/sdk/providers"
	"github.com/llmotel/sdk/providers/openai"
	"github.com/llmotel/sdk/providers/providertest"
)

// TestAzureRequests checks where requests go and what they carry, with
// OpenAI's own variables in the environment.
func TestAzureRequests(t *testing.T) {
	for name, value := range map[string]string{
		"OPENAI_API_KEY": "sk-openai", "OPENAI_ADMIN_KEY": "sk-admin", "OPENAI_ORG_ID": "org-1",
		"OPENAI_PROJECT_ID": "proj-1", "OPENAI_BASE_URL": "https://elsewhere.example.com", "AZURE_OPENAI_API_KEY": "azure-env",
	} {
		t.Setenv(name, value)
	}
	const dated = "2025-04-01-preview"
	token := option.WithMiddleware(func(r *http.Request, next option.MiddlewareNext) (*http.Response, error) {
		r.Header.Set("Authorization", "Bearer entra")
		return next(r)
	})
	cases := map[string]struct {
		endpoint, version string
		opts              []openai.Option
		want              string // of Generate
		embed             string
		auth              string
	}{
		"v1":              {"", "", nil, "/openai/v1/chat/completions", "/openai/v1/embeddings", "azure-env "},
		"v1, its own URL": {"/openai/v1/", "", nil, "/openai/v1/chat/completions", "/openai/v1/embeddings", "azure-env "},
		"v1, responses":   {"/", "", []openai.Option{openai.WithResponsesAPI()}, "/openai/v1/responses", "/openai/v1/embeddings", "azure-env "},
		"dated": {
			"", dated,
			[]openai.Option{openai.WithAPIKey("azure-key")},
			"/openai/deployments/my%20model%2Fx/chat/completions?api-version=" + dated,
			"/openai/deployments/my%20model%2Fx/embeddings?api-version=" + dated, "azure-key ",
		},
		"dated, responses": {
			"/openai", dated,
			[]openai.Option{openai.WithResponsesAPI()},
			"/openai/responses?api-version=" + dated, "/openai/deployments/my%20model%2Fx/embeddings?api-version=" + dated, "azure-env ",
		},
		"behind a gateway": {
			"/team/azure?drop=1", dated, nil, "/team/azure/openai/deployments/my%20model%2Fx/chat/completions?api-version=" + dated,
			"/team/azure/openai/deployments/my%20model%2Fx/embeddings?api-version=" + dated, "azure-env ",
		},
		"token": {"", "", []openai.Option{openai.WithSDKOptions(token)}, "/openai/v1/chat/completions", "/openai/v1/embeddings", "azure-env Bearer entra"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var paths []string
			srv := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
				paths = append(paths, r.URL.RequestURI())
				if got := r.Header.Get("Api-Key") + " " + r.Header.Get("Authorization"); got != c.auth {
					t.Errorf("sent the credentials %q, want %q", got, c.auth)
				}
				for _, header := range []string{"OpenAI-Organization", "OpenAI-Project"} {
					if got := r.Header.Get(header); got != "" {
						t.Errorf("%s is %q", header, got)
					}
				}
				w.WriteHeader(http.StatusTeapot)
			})
			p, err := openai.New(append(c.opts, openai.WithAzure(srv.URL+c.endpoint, c.version), openai.WithHTTPClient(srv.Client()))...)
			if err != nil {
				t.Fatal(err)
			}
			req := hello()
			req.Model = "my model/x"
			_, err = p.Generate(t.Context(), req)
			if providers.KindOf(err) != providers.KindInvalidRequest {
				t.Errorf("got %v", err)
			}
			_, err = p.Embed(t.Context(), &providers.EmbedRequest{Model: "my model/x", Input: []string{"a"}})
			if providers.KindOf(err) != providers.KindInvalidRequest {
				t.Errorf("got %v", err)
			}
			if fmt.Sprint(paths) != fmt.Sprint([]string{c.want, c.embed}) {
				t.Errorf("called %q, want %q and %q", paths, c.want, c.embed)
			}
			if host, port := p.ServerAddress(); !strings.HasSuffix(srv.URL, fmt.Sprintf("//%s:%d", host, port)) || p.Name() != "azure.ai.openai" {
				t.Errorf("%s at %s:%d", p.Name(), host, port)
			}
		})
	}
}

func TestAzureNeedsAnEndpointAndAKey(t *testing.T) {
	t.Setenv("AZURE_OPENAI_API_KEY", "")
	t.Setenv("OPENAI_API_KEY", "sk-openai")
	const endpoint = "https://x.openai.azure.com"
	if _, err := openai.New(openai.WithAzure(endpoint, "")); !errors.Is(err, openai.ErrNoAPIKey) || !strings.Contains(err.Error(), "AZURE_OPENAI_API_KEY") {
		t.Errorf("without a key: %v", err)
	}
	if _, err := openai.New(openai.WithAzure(endpoint, ""), openai.WithAPIKey("")); !errors.Is(err, openai.ErrNoAPIKey) {
		t.Errorf("with an empty key: %v", err)
	}
	for _, bad := range []string{"", "x.openai.azure.com", "https://", "ftp://x", "https://a b?secret"} {
		_, err := openai.New(openai.WithAzure(bad, ""), openai.WithAPIKey("k"))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("endpoint %q: %v", bad, err)
		}
	}
	if _, err := openai.New(openai.WithAzure(endpoint, ""), openai.WithAPIKey("k"), openai.WithBaseURL("https://example.com")); err == nil {
		t.Error("a base URL beside the endpoint")
	}
	p, err := openai.New(openai.WithAzure(endpoint, ""), openai.WithName("gateway"), openai.WithSDKOptions(option.WithHeader("Authorization", "Bearer t")))
	if err != nil || p.Name() != "gateway" {
		t.Errorf("with another way to authenticate: %v", err)
	}
}

// TestAzureRedirect checks that the key stays at its endpoint.
func TestAzureRedirect(t *testing.T) {
	thief := providertest.NewServer(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another host was sent the key %q", r.Header.Get("Api-Key"))
	})
	srv := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	})
	p, err := openai.New(openai.WithAzure(srv.URL, ""), openai.WithAPIKey("k"), openai.WithHTTPClient(srv.Client()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Generate(t.Context(), hello()); err == nil || thief.Calls() != 0 {
		t.Errorf("%v, %d calls", err, thief.Calls())
	}
}

// TestAzureOfTheSDK checks that a client of the SDK's azure package works.
func TestAzureOfTheSDK(t *testing.T) {
	var path string
	srv := providertest.NewServer(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.RequestURI()
		serve(t, "application/json", "responses_unary.json")(w, r)
	})
	p := openai.Wrap(sdk.NewClient(
		sdkazure.WithEndpoint(srv.URL, "2025-04-01-preview"), sdkazure.WithAPIKey("k"), sdkazure.WithUnsafeAllowHTTP(),
		option.WithHTTPClient(srv.Client()),
	), openai.WithName(openai.NameAzure), openai.WithResponsesAPI())
	r, err := p.Generate(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	if path != "/openai/responses?api-version=2025-04-01-preview" || r.Provider != "azure.ai.openai" || r.ID != "resp_7" {
		t.Errorf("called %s, got %+v", path, r)
	}
}
