package symptom

// AboutCredentials reports whether a failure is about the credentials themselves, so that no policy was asked.
func (c Class) AboutCredentials() bool {
	switch c {
	case ClassCredentialsMissing, ClassCredentialsExpired, ClassCredentialsInvalid:
		return true
	}
	return false
}
