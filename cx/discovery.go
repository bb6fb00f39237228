package cx

import "time"

// Discovery is what a brand says of itself. Only CX, Brand.Name, Domains,
// Languages, Expires and one of Screen and Fallback are required (level 0).
type Discovery struct {
	CX             string       `json:"cx"`
	Brand          Brand        `json:"brand"`
	Domains        []string     `json:"domains"`
	Operator       *Operator    `json:"operator,omitempty"`
	Canonical      string       `json:"canonical,omitempty"`
	Expires        time.Time    `json:"expires"`
	Languages      []string     `json:"languages"`
	Screen         string       `json:"screen,omitempty"`
	ScreenTemplate string       `json:"screen_template,omitempty"` // RFC 6570
	API            *API         `json:"api,omitempty"`
	Kinds          []string     `json:"kinds,omitempty"`
	Feelings       *Feelings    `json:"feelings,omitempty"`
	Topics         []Topic      `json:"topics,omitempty"`
	Accepts        []Accepts    `json:"accepts,omitempty"`
	Privacy        *Privacy     `json:"privacy,omitempty"`
	Response       *Response    `json:"response,omitempty"`
	ReplyChannels  []string     `json:"reply_channels,omitempty"`
	PushKey        string       `json:"push_key,omitempty"` // VAPID public key, base64url: what a browser subscribes to before it POSTs to a receipt's /push
	Limits         *Limits      `json:"limits,omitempty"`
	Challenge      *Challenge   `json:"challenge,omitempty"`
	Identifiers    *Identifiers `json:"identifiers,omitempty"`
	Fallback       []string     `json:"fallback,omitempty"`
	Conformance    []string     `json:"conformance,omitempty"`
}

// Brand is how the brand is called and looks.
type Brand struct {
	Name      string `json:"name"`
	LegalName string `json:"legal_name,omitempty"`
	Logo      string `json:"logo,omitempty"`
	Color     string `json:"color,omitempty"` // #rrggbb
}

// Operator is who runs the software for the brand.
type Operator struct {
	Name           string `json:"name"`
	PrivacyContact string `json:"privacy_contact,omitempty"`
}

// API is where a client sends to. Touchpoints is an RFC 6570 template.
type API struct {
	Submit      string `json:"submit"`
	Touchpoints string `json:"touchpoints,omitempty"`
	OpenAPI     string `json:"openapi,omitempty"`
	PushKey     string `json:"push_key,omitempty"` // VAPID public key (RFC 8292), base64url, for …/push
}

// Feelings are the scale and the faces the brand shows.
type Feelings struct {
	Min   int   `json:"min"`
	Max   int   `json:"max"`
	Shown []int `json:"shown"`
}

// Topic is one of the things people say, one tap each; Label by language.
type Topic struct {
	ID    string            `json:"id"`
	Kind  string            `json:"kind"`
	Label map[string]string `json:"label"`
}

// Accepts is one medium and its limits; zero means the limit does not apply.
type Accepts struct {
	Media      string   `json:"media"`
	Types      []string `json:"types,omitempty"`
	MaxLength  int      `json:"max_length,omitempty"` // characters
	MaxBytes   int      `json:"max_bytes,omitempty"`
	MaxCount   int      `json:"max_count,omitempty"`
	MaxSeconds int      `json:"max_seconds,omitempty"`
}

// Privacy says which classes there are and how long each is kept, in days.
type Privacy struct {
	Classes       []string       `json:"classes"`
	Policy        string         `json:"policy,omitempty"`
	RetentionDays map[string]int `json:"retention_days,omitempty"`
}

// Response is what is promised, as ISO 8601 spans.
type Response struct {
	AcknowledgeWithin string `json:"acknowledge_within,omitempty"`
	AnswerWithin      string `json:"answer_within,omitempty"`
}

// Limits is how much one address may say.
type Limits struct {
	MomentsPerMinute int `json:"moments_per_minute,omitempty"`
}

// Challenge is what has to be solved before something can be said.
type Challenge struct {
	Type string `json:"type"` // none, or the scheme's name
}

// Identifiers are the neighbours' ways in.
type Identifiers struct {
	GS1Resolver string `json:"gs1_resolver,omitempty"`
	Open311     string `json:"open311,omitempty"`
}

// Touchpoint is one place of api.touchpoints where something can be said.
type Touchpoint struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Place string `json:"place,omitempty"`
	URL   string `json:"url"`
}
