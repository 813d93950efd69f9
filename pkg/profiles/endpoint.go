package profiles

import (
	"strings"

	"github.com/xrole/xrole/internal/fault"
)

// endpoint reads the settings that decide which STS is called for a profile.
func (s *Set) endpoint(p *Profile) (Endpoint, error) {
	e := Endpoint{
		Region:   p.Properties["xrole_sts_region"],
		CABundle: p.Properties["ca_bundle"],
	}
	if e.Region == "" {
		e.Region = p.Properties["region"]
	} else if err := CheckKey("xrole_sts_region", e.Region); err != nil {
		return e, s.at(p, "xrole_sts_region", err)
	}
	for key, to := range map[string]*bool{
		"ignore_configured_endpoint_urls": &e.IgnoreConfigured,
		"use_fips_endpoint":               &e.UseFIPS,
		"use_dualstack_endpoint":          &e.UseDualStack,
	} {
		switch strings.ToLower(p.Properties[key]) {
		case "", "false":
		case "true":
			*to = true
		default:
			return e, s.at(p, key, invalid("%q is neither true nor false", p.Properties[key]))
		}
	}
	url, err := s.serviceURL(p)
	if err != nil {
		return e, err
	}
	switch {
	case e.IgnoreConfigured:
	case url != "":
		e.URL = url
	default:
		e.URL = p.Properties["endpoint_url"]
	}
	return e, nil
}

// serviceURL is endpoint_url below `sts =` in the services section that the
// profile names.
func (s *Set) serviceURL(p *Profile) (string, error) {
	name := p.Properties["services"]
	if name == "" {
		return "", nil
	}
	raw, err := s.raw(typeServices, name)
	if err != nil {
		return "", err
	}
	if raw == nil {
		return "", s.at(p, "services", fault.New(fault.Config, "no section [services %s] in %s", name, s.config.path))
	}
	block, nested := strings.CutPrefix(raw["sts"], "\n")
	if !nested {
		return "", nil
	}
	url := ""
	for line := range strings.Lines(block) {
		key, value, _ := strings.Cut(line, "=")
		if strings.EqualFold(strings.TrimSpace(key), "endpoint_url") {
			url = strings.TrimSpace(value)
		}
	}
	return url, nil
}
