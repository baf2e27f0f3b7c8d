package replay_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

func callBedrock(ctx context.Context, t *testing.T, r *recording, d dialling) ([]string, error) {
	t.Helper()
	// /model/{model}/{action}
	parts := strings.Split(strings.Trim(r.url.Path, "/"), "/")
	model := aws.String(parts[1])
	client := bedrockruntime.New(bedrockruntime.Options{
		Region: strings.Split(r.url.Host, ".")[1], HTTPClient: d.client, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "test"}, nil
		}),
	})
	recorded := func(o *bedrockruntime.Options) { o.APIOptions = append(o.APIOptions, withBody(r.request)) }
	messages := []types.Message{{Role: types.ConversationRoleUser, Content: []types.ContentBlock{&types.ContentBlockMemberText{Value: "replaced"}}}}
	switch r.api {
	case "bedrock.converse":
		answer, err := client.Converse(ctx, &bedrockruntime.ConverseInput{ModelId: model, Messages: messages}, recorded)
		if err != nil {
			return nil, err
		}
		answer.ResultMetadata = middleware.Metadata{} // has the time
		return []string{asJSON(t, answer)}, nil
	case "bedrock.converse-stream":
		answer, err := client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{ModelId: model, Messages: messages}, recorded)
		if err != nil {
			return nil, err
		}
		return events(t, answer.GetStream())
	case "bedrock.invoke":
		answer, err := client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{ModelId: model, Body: r.request, ContentType: aws.String("application/json")})
		if err != nil {
			return nil, err
		}
		return []string{string(answer.Body)}, nil
	default:
		answer, err := client.InvokeModelWithResponseStream(ctx, &bedrockruntime.InvokeModelWithResponseStreamInput{ModelId: model, Body: r.request, ContentType: aws.String("application/json")})
		if err != nil {
			return nil, err
		}
		return events(t, answer.GetStream())
	}
}

// events reads an event stream to its end.
func events[E any](t *testing.T, s interface {
	Events() <-chan E
	Err() error
	Close() error
},
) ([]string, error) {
	t.Helper()
	var out []string
	for e := range s.Events() {
		out = append(out, asJSON(t, e))
	}
	if err := s.Err(); err != nil {
		return out, err
	}
	return out, s.Close()
}

// withBody sends body instead of what the SDK has written, before it signs.
func withBody(body []byte) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Serialize.Add(middleware.SerializeMiddlewareFunc("recorded body", func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
			req, err := in.Request.(*smithyhttp.Request).SetStream(bytes.NewReader(body)) //nolint:forcetypeassert // the transport is HTTP
			if err != nil {
				return middleware.SerializeOutput{}, middleware.Metadata{}, err
			}
			in.Request = req
			return next.HandleSerialize(ctx, in)
		}), middleware.After)
	}
}
