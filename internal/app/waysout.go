package app

import (
	"github.com/sayline/sayline/internal/notify"
	"github.com/sayline/sayline/internal/pager"
)

// makeWaysOut makes the ways out that are set up.
func (a *App) makeWaysOut(o *pager.Options) error {
	hooks := notify.NewWebhooks(notify.WebhookOptions{AllowPrivate: a.Options.AllowPrivateTargets})
	chats := notify.NewChats(notify.ChatOptions{AllowPrivate: a.Options.AllowPrivateTargets, Now: a.Options.Now})
	o.Webhooks, o.Chats = hooks, chats
	a.closers = append(a.closers, hooks.Close, chats.Close)
	if err := a.makeMailers(o); err != nil {
		return err
	}
	push := a.makePusher(o.From)
	o.Push = push
	a.closers = append(a.closers, push.Close)
	if a.Options.Gateway == "" {
		return nil
	}
	gateway, err := notify.NewGateway(notify.GatewayOptions{URL: a.Options.Gateway, Secret: a.Options.GatewaySecret, Now: a.Options.Now})
	if err != nil {
		return err
	}
	o.Gateway = gateway
	o.GatewayURL = func(brand, page string) string { return a.operator + "/gateway/" + brand + "/" + page }
	a.closers = append(a.closers, gateway.Close)
	return nil
}

func (a *App) makeMailers(o *pager.Options) error {
	if a.Options.Mail == "" {
		return nil
	}
	settings, from, err := parseMail(a.Options.Mail)
	if err != nil {
		return err
	}
	o.From = from
	o.AnswerTo = a.Options.InboundAddress
	for range mailers {
		m, err := notify.NewMailer(settings)
		if err != nil {
			return err
		}
		o.Mailers = append(o.Mailers, m)
		a.closers = append(a.closers, m.Close)
	}
	return nil
}
