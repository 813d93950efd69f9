package sandbox

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"time"

	"github.com/xrole/xrole/pkg/credentials"
)

// STS speaks AWS's query protocol: form parameters in, XML out.
// https://docs.aws.amazon.com/STS/latest/APIReference/

const stsVersion = "2011-06-15"

// stsMetadata ends every answer.
type stsMetadata struct {
	RequestID string `xml:"RequestId"`
}

type stsError struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// stsCredentials are credentials as STS spells them.
type stsCredentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

func spellCredentials(c credentials.Credentials) stsCredentials {
	return stsCredentials{
		AccessKeyID:     c.AccessKeyID,
		SecretAccessKey: c.SecretAccessKey.Reveal(),
		SessionToken:    c.SessionToken.Reveal(),
		Expiration:      c.Expiration.Format(time.RFC3339),
	}
}

func (s *Server) serveSTS(w http.ResponseWriter, c *call) {
	c.service = "sts"
	answer, refused := s.stsAnswer(c)
	w.Header().Set("X-Amzn-Requestid", c.id)
	if refused != nil {
		c.code = refused.code
		c.writeXML(w, refused.status, "text/xml", stsError{
			Type: "Sender", Code: refused.code, Message: refused.message, RequestID: c.id})
		return
	}
	c.writeXML(w, http.StatusOK, "text/xml", answer)
}

func (s *Server) stsAnswer(c *call) (any, *refusal) {
	form := c.r.URL.Query()
	if c.r.Method == http.MethodPost {
		var err error
		if form, err = url.ParseQuery(string(c.body)); err != nil || c.tooLarge {
			return nil, refuse(http.StatusBadRequest, "MalformedInput", "The request body is not a form.")
		}
	}
	c.action, c.target = form.Get("Action"), form.Get("RoleArn")
	if f := s.authenticate(c, "sts", hexSHA256(c.body)); f != nil {
		return nil, stsRefusal(f)
	}
	if version := form.Get("Version"); version != stsVersion {
		return nil, refuse(http.StatusBadRequest, "InvalidAction",
			"Could not find operation "+c.action+" for version "+version)
	}
	if regions[c.auth.region].optIn {
		return nil, refuse(http.StatusForbidden, "RegionDisabledException",
			"STS is not activated in this region for account:"+c.caller.account().id+
				". Your account administrator can activate STS in this region using the IAM Console.")
	}
	switch c.action {
	case "GetCallerIdentity":
		return s.getCallerIdentity(c)
	case "GetSessionToken":
		return s.getSessionToken(c, form)
	case "AssumeRole":
		return s.assumeRole(c, form)
	case "":
		return nil, refuse(http.StatusBadRequest, "MissingAction", "The request must contain the parameter Action.")
	}
	return nil, refuse(http.StatusBadRequest, "InvalidAction",
		"Could not find operation "+c.action+" for version "+stsVersion)
}

// stsRefusal is a failed authentication in STS's words.
func stsRefusal(f *authFailure) *refusal {
	switch f.problem {
	case unsigned:
		return refuse(http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
	case malformed:
		return refuse(http.StatusBadRequest, "IncompleteSignature", f.detail)
	case dateMissing:
		return refuse(http.StatusBadRequest, "IncompleteSignature",
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
	case unknownKey, tokenMissing, wrongToken:
		return refuse(http.StatusForbidden, "InvalidClientTokenId",
			"The security token included in the request is invalid.")
	case expiredToken:
		return refuse(http.StatusForbidden, "ExpiredToken",
			"The security token included in the request is expired")
	case headerUnsigned:
		return refuse(http.StatusForbidden, "SignatureDoesNotMatch",
			"There were headers present in the request which were not signed: "+f.detail)
	case wrongScope, clockOff:
		return refuse(http.StatusForbidden, "SignatureDoesNotMatch", f.detail)
	}
	return refuse(http.StatusForbidden, "SignatureDoesNotMatch",
		"The request signature we calculated does not match the signature you provided. "+
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
}

type callerIdentity struct {
	XMLName  xml.Name    `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	ARN      string      `xml:"GetCallerIdentityResult>Arn"`
	UserID   string      `xml:"GetCallerIdentityResult>UserId"`
	Account  string      `xml:"GetCallerIdentityResult>Account"`
	Metadata stsMetadata `xml:"ResponseMetadata"`
}

// getCallerIdentity needs no permission: no policy is asked.
func (s *Server) getCallerIdentity(c *call) (any, *refusal) {
	return callerIdentity{ARN: c.caller.arn(), UserID: c.caller.userID(),
		Account: c.caller.account().id, Metadata: stsMetadata{c.id}}, nil
}

type sessionToken struct {
	XMLName     xml.Name       `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetSessionTokenResponse"`
	Credentials stsCredentials `xml:"GetSessionTokenResult>Credentials"`
	Metadata    stsMetadata    `xml:"ResponseMetadata"`
}

// getSessionToken needs no permission either, but it is for users' own keys
// only. Without a code the session is one without MFA.
func (s *Server) getSessionToken(c *call, form url.Values) (any, *refusal) {
	v := &validator{form: form}
	duration := v.seconds("DurationSeconds", 12*time.Hour, 900, 129600)
	serial, code := v.mfa()
	if refused := v.refusal(); refused != nil {
		return nil, refused
	}
	if c.caller.temporary() {
		return nil, refuse(http.StatusForbidden, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	}
	session := &caller{user: c.caller.user, issued: c.now}
	with, refused := s.checkMFA(c, serial, code)
	if refused != nil {
		return nil, refused
	}
	if with {
		session.mfa = c.now
	}
	return sessionToken{Credentials: spellCredentials(s.issue(session, duration)), Metadata: stsMetadata{c.id}}, nil
}

// checkMFA judges serial and code, both of which may be absent, and uses the
// code up. It reports whether there was one.
func (s *Server) checkMFA(c *call, serial, code string) (bool, *refusal) {
	denied := func(message string) (bool, *refusal) {
		return false, refuse(http.StatusForbidden, "AccessDenied", "MultiFactorAuthentication failed, "+message)
	}
	if serial == "" && code == "" {
		return false, nil
	}
	if serial == "" || code == "" {
		return denied("must provide both MFA serial number and one time pass code. ")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.devices {
		if d.serial != serial || d.owner != c.caller.user {
			continue
		}
		if !d.accept(code, c.now) {
			return false, refuse(http.StatusForbidden, "AccessDenied",
				"MultiFactorAuthentication failed with invalid MFA one time pass code. ")
		}
		return true, nil
	}
	return denied("unable to validate MFA code. " +
		"Please verify your MFA serial number is valid and associated with this user. ")
}

// issue makes a session's credentials, which live for d or [Options.MaxLife].
func (s *Server) issue(holder *caller, d time.Duration) credentials.Credentials {
	if limit := s.options.MaxLife; limit > 0 && limit < d {
		d = limit
	}
	key := &accessKey{Credentials: s.newKeys("ASIA", holder.account().id), holder: holder}
	key.SessionToken = s.newToken()
	// AWS answers whole seconds, and what it answers must be what holds.
	key.Expiration = holder.issued.Add(d).Truncate(time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[key.AccessKeyID] = key
	return key.Credentials
}
