package sayline

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// ChatServices are the chats a person can be written to, by the beginning of
// their addresses. How each address goes on is the library's to say
// (shoutrrr.nickfedor.com); an address names one chat.
var ChatServices = []string{"bark", "discord", "googlechat", "gotify", "ifttt", "join", "lark", "mattermost", "notifiarr", "ntfy",
	"opsgenie", "pagerduty", "pushover", "rocketchat", "signal", "slack", "teams", "telegram", "wecom", "zulip"}

const maxChat = 1024 // bytes of an address

// ValidChat says whether an address has the shape of a chat's. Whether a chat is
// there, only a call can tell.
func ValidChat(address string) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxChat || u.Host == "" && u.User == nil {
		return false
	}
	// One demand, one chat: of several some could have it and others not.
	several := u.Scheme == "telegram" && strings.Contains(u.Query().Get("chats")+u.Query().Get("channels"), ",")
	return slices.Contains(ChatServices, u.Scheme) && !several
}

var number = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// ValidNumber says whether a telephone number is written with its country and
// nothing else (E.164).
func ValidNumber(s string) bool { return number.MatchString(s) }
