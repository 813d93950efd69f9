package session

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ec2rolecreds"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/smithy-go"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/profiles"
)

// sourceTimeout bounds the SDK's way to a source's credentials. A process may
// have to ask a person, as ours does.
const sourceTimeout = 50 * time.Second

// source gets the calling credentials. It is asked for only when a call to AWS
// has to be made with them.
func (r *request) source(ctx context.Context) (credentials.Credentials, error) {
	s := r.chain.Source
	switch s.Kind {
	case profiles.SourceStatic:
		return s.Static, nil
	case profiles.SourceEnvironment:
		return r.fromEnvironment()
	}
	ctx, cancel := context.WithTimeout(ctx, sourceTimeout)
	defer cancel()
	provider, err := r.provider(ctx, s)
	if err != nil {
		return credentials.Credentials{}, r.sourceFailed(ctx, err)
	}
	c, err := provider.Retrieve(ctx)
	if err != nil {
		return credentials.Credentials{}, r.sourceFailed(ctx, err)
	}
	got := credentials.Credentials{
		AccessKeyID:     c.AccessKeyID,
		SecretAccessKey: credentials.Secret(c.SecretAccessKey),
		SessionToken:    credentials.Secret(c.SessionToken),
		AccountID:       c.AccountID,
	}
	if c.CanExpire {
		got.Expiration = c.Expires.UTC()
	}
	return got, nil
}

func (r *request) fromEnvironment() (credentials.Credentials, error) {
	c := credentials.Credentials{
		AccessKeyID:     r.Getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: credentials.Secret(r.Getenv("AWS_SECRET_ACCESS_KEY")),
		SessionToken:    credentials.Secret(r.Getenv("AWS_SESSION_TOKEN")),
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return c, fault.New(fault.Config, "profile %q takes its source from the environment, and that holds no access key", r.chain.Profile).
			WithHint("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	return c, nil
}

// provider is the AWS SDK's own way to a source that is neither static nor the
// environment's. The profile is named to the SDK, so that AWS_PROFILE and keys
// in the environment, which may be a role's that xrole put there, do not count.
func (r *request) provider(ctx context.Context, s profiles.Source) (aws.CredentialsProvider, error) {
	switch s.Kind {
	case profiles.SourceEC2:
		return ec2rolecreds.New(func(o *ec2rolecreds.Options) { o.Client = instance(s.Settings) }), nil
	case profiles.SourceECS:
		return r.container()
	case profiles.SourceProcess:
		return process(s.Process), nil
	}
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithSharedConfigProfile(s.Profile),
		config.WithSharedConfigFiles([]string{r.Files.Config}),
		config.WithSharedCredentialsFiles([]string{r.Files.Credentials}),
		config.WithDefaultRegion(r.mfaSTS.Region),
	)
	if err != nil {
		return nil, err
	}
	return cfg.Credentials, nil
}

// instance is the EC2 metadata service, where the profile or else the
// environment says that it is.
func instance(settings map[string]string) *imds.Client {
	o := imds.Options{Endpoint: settings["ec2_metadata_service_endpoint"]}
	if strings.EqualFold(settings["ec2_metadata_service_endpoint_mode"], "IPv6") {
		o.EndpointMode = imds.EndpointModeStateIPv6
	}
	return imds.New(o)
}

// process runs a credential_process as the SDK does, but for its stderr: that is
// not ours to fill, and some of our callers read it as a part of the JSON.
func process(command string) aws.CredentialsProvider {
	return processcreds.NewProviderCommand(processcreds.NewCommandBuilderFunc(func(ctx context.Context) (*exec.Cmd, error) {
		cmd, err := processcreds.DefaultNewCommandBuilder{Args: []string{command}}.NewCommand(ctx)
		if err == nil {
			cmd.Stderr = nil
		}
		return cmd, err
	}), func(o *processcreds.Options) { o.Timeout = sourceTimeout })
}

// containerHost serves the relative URI (AWS SDKs reference guide, "Container
// credential provider").
const containerHost = "http://169.254.170.2"

func (r *request) container() (aws.CredentialsProvider, error) {
	endpoint := r.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
	if relative := r.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); relative != "" {
		endpoint = containerHost + relative
	} else if err := checkContainerURI(endpoint); err != nil {
		return nil, err
	}
	token := r.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if file := r.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		token = strings.TrimSpace(string(data))
	}
	return endpointcreds.New(endpoint, func(o *endpointcreds.Options) { o.AuthorizationToken = token }), nil
}

// checkContainerURI lets credentials be fetched only over TLS or from this
// machine and the two addresses that AWS serves containers from.
func checkContainerURI(endpoint string) error {
	u, err := url.Parse(endpoint)
	if endpoint == "" || err != nil || u.Host == "" {
		return fault.New(fault.Config, "no container credentials: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI name none").
			WithHint("this source works inside an ECS task or EKS pod")
	}
	ip := net.ParseIP(u.Hostname())
	switch {
	case u.Scheme == "https", u.Hostname() == "localhost", ip != nil && ip.IsLoopback():
		return nil
	case ip.Equal(net.ParseIP("169.254.170.2")), ip.Equal(net.ParseIP("169.254.170.23")), ip.Equal(net.ParseIP("fd00:ec2::23")):
		return nil
	}
	return fault.New(fault.Config, "AWS_CONTAINER_CREDENTIALS_FULL_URI names host %q, which is neither loopback nor https", u.Hostname())
}

func (r *request) sourceFailed(ctx context.Context, err error) error {
	var already *fault.Error
	s := r.chain.Source
	switch {
	case errors.As(err, &already):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return interrupted(err)
	case s.Kind == profiles.SourceSSO && r.loginNeeded(err):
		login := "aws sso login --profile " + s.Profile
		if session := s.Settings["sso_session"]; session != "" {
			login = "aws sso login --sso-session " + session
		}
		return fault.New(fault.Person, "the Identity Center session of profile %q has expired", s.Profile).
			WithHint("%s", login).Because(err)
	}
	reason := rootCause(err)
	if s.Kind == profiles.SourceProcess {
		// The SDK's error quotes what the process printed: secrets and all.
		reason, err = processFailure(err), nil
	}
	return fault.New(fault.Other, "profile %q: source credentials from %s (%s): %s", r.chain.Profile, r.sourceName(), s.Kind, reason).
		WithHint("xrole profile show %s", s.Profile).Because(err)
}

func processFailure(err error) string {
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return "its credential_process failed: " + exit.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "its credential_process did not answer within " + sourceTimeout.String()
	}
	return "its credential_process did not print credentials that can be read"
}

// loginNeeded tells an Identity Center session that is over, or never was, from
// other failures. The SDK has a type for some of these errors only, so in
// doubt the token's own file is asked.
func (r *request) loginNeeded(err error) bool {
	var expired *ssocreds.InvalidTokenError
	var api smithy.APIError
	switch {
	case errors.As(err, &expired):
		return true
	case errors.As(err, &api):
		return api.ErrorCode() == "UnauthorizedException"
	}
	settings := r.chain.Source.Settings
	path, err := ssocreds.StandardCachedTokenFilepath(first(settings["sso_session"], settings["sso_start_url"]))
	if err != nil {
		return false
	}
	data, err := os.ReadFile(path)
	var token struct {
		ExpiresAt time.Time `json:"expiresAt"`
	}
	return err != nil || json.Unmarshal(data, &token) != nil || !token.ExpiresAt.After(r.Now())
}
