package house

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/sayline/sayline"
	"github.com/sayline/sayline/internal/auth"
	"github.com/sayline/sayline/internal/web"
)

// maxForm is how much of a form is read: a long answer in any script, and its fields.
const maxForm = 64 << 10

// Form reads what a form of ours sent. Errors: TooLarge, Invalid.
func Form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	b, err := web.ReadBody(w, r, maxForm)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, sayline.Errorf(sayline.Invalid, "This form can't be read.").Because(err)
	}
	return form, nil
}

// Back is a path of this house somebody asked to be sent to afterwards, or
// otherwise. Whatever leads elsewhere is not followed.
func Back(path, otherwise string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return otherwise
	}
	return path
}

// Done answers a form: 303 to a path, which says what happened (see [Said]).
func Done(w http.ResponseWriter, r *http.Request, path, said string) error {
	u, err := url.Parse(path)
	if err != nil {
		return sayline.Errorf(sayline.Internal, "Something went wrong on our side.").Because(err)
	}
	q := u.Query()
	q.Del(Said)
	if said != "" {
		q.Set(Said, said)
	}
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
	return nil
}

// accountPage is the data of signing in and joining.
type accountPage struct {
	*View
	Email, Then, Token, Wrong string
}

func (h *House) signInPage(w http.ResponseWriter, r *http.Request) error {
	then := Back(r.URL.Query().Get("then"), "")
	if _, err := h.Auth.Account(r); err == nil {
		http.Redirect(w, r, Back(then, "/"), http.StatusSeeOther)
		return nil
	}
	return h.signInForm(w, r, http.StatusOK, accountPage{Then: then})
}

func (h *House) signInForm(w http.ResponseWriter, r *http.Request, status int, p accountPage) error {
	p.View = h.NewView(r, nil)
	p.Title = p.Say("sign_in")
	return h.Plain(w, r, status, h.pages, "sign-in", p)
}

func (h *House) signIn(w http.ResponseWriter, r *http.Request) error {
	form, err := Form(w, r)
	if err != nil {
		return err
	}
	account, err := h.Auth.SignIn(r, form.Get("email"), form.Get("password"))
	if k := sayline.KindOf(err); web.WantsPage(r) && (k == sayline.Unsigned || k == sayline.TooMany) {
		return h.signInForm(w, r, web.Status(k), accountPage{Email: form.Get("email"), Then: Back(form.Get("then"), ""), Wrong: h.Sentence(r, err)})
	}
	if err != nil {
		return err
	}
	if err := h.Auth.Begin(w, r, account.Email); err != nil {
		return err
	}
	http.Redirect(w, r, Back(form.Get("then"), "/"), http.StatusSeeOther)
	return nil
}

// Sentence is what an error says to the reader.
func (h *House) Sentence(r *http.Request, err error) string {
	v := h.NewView(r, nil)
	for e := err; e != nil; {
		if ours, ok := e.(*sayline.Error); ok {
			if ours.Key != "" && v.Has(ours.Key) {
				return v.Say(ours.Key)
			}
			return ours.Message
		}
		u, ok := e.(interface{ Unwrap() error })
		if !ok {
			break
		}
		e = u.Unwrap()
	}
	return v.Say("problem_internal")
}

// signOut ends the session; and if this browser was told of what needs its
// person, that too: who has it next reads nothing of it.
func (h *House) signOut(w http.ResponseWriter, r *http.Request) error {
	form, err := Form(w, r)
	if err != nil {
		return err
	}
	if account, err := h.Auth.Account(r); err == nil && form.Get("device") != "" {
		if err := h.Store.RemoveBrowser(r.Context(), account.Email, form.Get("device")); err != nil {
			return err
		}
	}
	if err := h.Auth.End(w, r); err != nil {
		return err
	}
	return Done(w, r, "/sign-in", "signed_out")
}

func (h *House) joinPage(w http.ResponseWriter, r *http.Request) error {
	return h.joinForm(w, r, http.StatusOK, accountPage{Token: r.URL.Query().Get("token")})
}

func (h *House) joinForm(w http.ResponseWriter, r *http.Request, status int, p accountPage) error {
	var err error
	if p.Email, err = h.Auth.Invited(r.Context(), p.Token); err != nil {
		return err
	}
	p.View = h.NewView(r, nil)
	p.Title = p.Say("join_title")
	return h.Plain(w, r, status, h.pages, "join", p)
}

func (h *House) join(w http.ResponseWriter, r *http.Request) error {
	form, err := Form(w, r)
	if err != nil {
		return err
	}
	err = h.Auth.Join(w, r, form.Get("token"), form.Get("password"))
	if sayline.KindOf(err) == sayline.AtFault && web.WantsPage(r) {
		return h.joinForm(w, r, web.Status(sayline.AtFault), accountPage{Token: form.Get("token"), Wrong: h.Sentence(r, err)})
	}
	if err != nil {
		return err
	}
	return Done(w, r, "/", "joined")
}

// JoinAddress is the link of an invitation.
func (h *House) JoinAddress(r *http.Request, token string) string {
	return h.Operator(r) + auth.JoinPath + "?token=" + url.QueryEscape(token)
}
