package session

import (
	"context"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"crypto/tls"

	"github.com/xrole/xrole/internal/fault"
	"github.com/xrole/xrole/pkg/credentials"
	"github.com/xrole/xrole/pkg/profiles"
)

// STS is the part of the AWS Security Token Service that a flow calls.
type STS interface {
	AssumeRole(ctx context.Context, in *sts.AssumeRoleInput, o ...func(*sts.Options)) (*sts.AssumeRoleOutput, error)
	GetSessionToken(ctx context.Context, in *sts.GetSessionTokenInput, o ...func(*sts.Options)) (*sts.GetSessionTokenOutput, error)
}

// Target says which STS is called, and as whom.
type Target struct {
	Region string
	// URL is the endpoint if one is configured, else empty: the region's own.
	URL          string
	UseFIPS      bool
	UseDualStack bool
	CABundle     string // path of a PEM file, or empty
	Credentials  credentials.Credentials
	// Once forbids the SDK to send the request again: it carries an MFA code,
	// which STS takes only once even where the answer was lost.
	Once bool
}

// callTimeout bounds one STS call, retries included.
const callTimeout = 20 * time.Second

// resolveTarget decides where STS is. The order is that of the AWS SDKs
// reference guide, "Service-specific endpoints": the environment before the
// profile, the service before the whole. Region: the profile's, the
// environment's, the other profile's, the partition's default.
func resolveTarget(own, other profiles.Endpoint, partition string, getenv func(string) string) Target {
	t := Target{
		Region:       first(own.Region, getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"), other.Region),
		UseFIPS:      own.UseFIPS || isTrue(getenv("AWS_USE_FIPS_ENDPOINT")),
		UseDualStack: own.UseDualStack || isTrue(getenv("AWS_USE_DUALSTACK_ENDPOINT")),
		CABundle:     first(getenv("AWS_CA_BUNDLE"), own.CABundle, other.CABundle),
	}
	if t.Region == "" || partitionOf(t.Region) != partition {
		t.Region = defaultRegion(partition)
	}
	if !own.IgnoreConfigured && !isTrue(getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) {
		t.URL = first(getenv("AWS_ENDPOINT_URL_STS"), getenv("AWS_ENDPOINT_URL"), own.URL, other.URL)
	}
	return t
}

// NewSTS returns a client of the AWS SDK for t. version goes into the user
// agent, which CloudTrail keeps.
func NewSTS(version string) func(Target) (STS, error) {
	return func(t Target) (STS, error) {
		client, err := httpClient(t.CABundle)
		if err != nil {
			return nil, err
		}
		o := sts.Options{
			Region:     t.Region,
			HTTPClient: client,
			// A clock that is off is said, not corrected for one call: the
			// expiry of what we keep is judged by the same clock.
			DisableClockSkewCorrection: true,
			Retryer:                    retry.NewStandard(),
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{
					AccessKeyID:     t.Credentials.AccessKeyID,
					SecretAccessKey: t.Credentials.SecretAccessKey.Reveal(),
					SessionToken:    t.Credentials.SessionToken.Reveal(),
				}, nil
			}),
		}
		if t.Once {
			o.Retryer = aws.NopRetryer{}
		}
		if t.URL != "" {
			o.BaseEndpoint = aws.String(t.URL)
		}
		if t.UseFIPS {
			o.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
		}
		if t.UseDualStack {
			o.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled
		}
		o.APIOptions = append(o.APIOptions, awsmiddleware.AddUserAgentKeyValue("xrole", version))
		return sts.New(o), nil
	}
}

func httpClient(bundle string) (*awshttp.BuildableClient, error) {
	client := awshttp.NewBuildableClient().WithTimeout(callTimeout)
	if bundle == "" {
		return client, nil
	}
	pem, err := os.ReadFile(bundle)
	if err != nil {
		return nil, fault.New(fault.Config, "CA bundle: %v", err).WithHint("check ca_bundle in the profile and AWS_CA_BUNDLE").Because(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fault.New(fault.Config, "CA bundle %q holds no certificate", bundle).WithHint("check ca_bundle in the profile and AWS_CA_BUNDLE")
	}
	return client.WithTransportOptions(func(tr *http.Transport) {
		if tr.TLSClientConfig == nil {
			tr.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		}
		tr.TLSClientConfig.RootCAs = pool
	}), nil
}

// defaultRegions are the regions that answer for a whole partition.
var defaultRegions = map[string]string{
	"aws":        "us-east-1",
	"aws-cn":     "cn-north-1",
	"aws-us-gov": "us-gov-west-1",
	"aws-iso":    "us-iso-east-1",
	"aws-iso-b":  "us-isob-east-1",
	"aws-iso-e":  "eu-isoe-west-1",
	"aws-iso-f":  "us-isof-south-1",
	"aws-eusc":   "eusc-de-east-1",
}

func defaultRegion(partition string) string {
	if r, ok := defaultRegions[partition]; ok {
		return r
	}
	return defaultRegions["aws"]
}

// partitionOf tells a region's partition by the form of its name.
func partitionOf(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-iso-", "aws-iso"}, {"us-isob-", "aws-iso-b"},
		{"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"}, {"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func isTrue(s string) bool { return strings.EqualFold(s, "true") }
