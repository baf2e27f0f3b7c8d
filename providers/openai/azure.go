package openai

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/openai/openai-go/v3/option"
)

// azure is where a resource of Azure OpenAI is.
type azure struct{ endpoint, version string }

// WithAzure calls a resource of Azure OpenAI at its endpoint
// ("https://example.openai.azure.com"). The model of a request is the name of
// the deployment.
//
// Without an API version it is the v1 API, below /openai/v1, whose requests
// name the deployment in their body. With one ("2025-04-01-preview") it is the
// API of that date, whose paths name the deployment; Responses name it in the
// body there too.
//
// The key is that of WithAPIKey, else of the environment variable
// AZURE_OPENAI_API_KEY; nothing of OpenAI's own environment variables is sent.
// For Microsoft Entra ID give WithSDKOptions a middleware that sets the header
// Authorization, or wrap a client of the SDK's azure package.
func WithAzure(endpoint, apiVersion string) Option {
	return newOption(func(c *config) { c.azure = &azure{endpoint, apiVersion} })
}

// newAzure is New for Azure. The SDK's azure package is not used because it
// brings Azure's own SDK along and rewrites paths only after the middleware of
// others has seen them.
func newAzure(c config) (*Provider, error) {
	if c.baseURL != nil {
		return nil, errors.New("openai: WithAzure and WithBaseURL exclude each other")
	}
	u, err := absolute(c.azure.endpoint)
	if err != nil {
		return nil, fmt.Errorf("openai: the Azure endpoint %w", err)
	}
	u.RawQuery, u.Fragment = "", ""
	root := strings.TrimRight(u.String(), "/")
	root = strings.TrimSuffix(root, "/v1") // as shown in Azure's portal
	root = strings.TrimSuffix(root, "/openai") + "/openai/"

	opts := []option.RequestOption{
		option.WithAPIKey(""), option.WithAdminAPIKey(""), option.WithHeaderDel("Authorization"),
		option.WithHeaderDel("OpenAI-Organization"), option.WithHeaderDel("OpenAI-Project"),
	}
	deployments := ""
	if c.azure.version == "" {
		opts = append(opts, option.WithBaseURL(root+"v1/"))
	} else {
		opts = append(opts, option.WithBaseURL(root), option.WithQuery("api-version", c.azure.version))
		deployments = root + "deployments/"
	}
	key := os.Getenv("AZURE_OPENAI_API_KEY")
	if c.key != nil {
		key = *c.key
	}
	switch {
	case key != "":
		opts = append(opts, option.WithHeader("Api-Key", key))
	case len(c.sdk) == 0 || c.key != nil:
		return nil, fmt.Errorf("%w; for Azure the variable is AZURE_OPENAI_API_KEY", ErrNoAPIKey)
	}
	c.name = cmp.Or(c.name, NameAzure)
	p := c.provider(opts)
	p.deployments = deployments
	return p, nil
}
