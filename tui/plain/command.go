package plain

import "strings"

// command returns a command of this program, for the account and region of the session.
func (c *conversation) command(words ...string) string {
	words = append([]string{"fargate-doctor"}, words...)
	for _, flag := range [][2]string{{"--profile", c.session.Profile}, {"--region", c.session.Region}} {
		if flag[1] != "" {
			words = append(words, flag[0], flag[1])
		}
	}
	for i, w := range words {
		if strings.ContainsAny(w, " '\"$`\\") { // a profile may be called anything
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// short is the beginning of an id, by which a task is known.
func short(id string) string { return id[:min(len(id), 8)] }
