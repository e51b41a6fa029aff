internal import FoundationEssentials

/// The text of a kubeconfig file with one cluster, one user and one context.
func kubeconfigText(cluster: String, server: String, authorityPEM: String, user: String, _ holder: CertifiedKey)
    -> String
{
    func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
    return """
        apiVersion: v1
        kind: Config
        clusters:
        - name: \(cluster)
          cluster:
            server: \(server)
            certificate-authority-data: \(base64(authorityPEM))
        users:
        - name: \(user)@\(cluster)
          user:
            client-certificate-data: \(base64(holder.certificatePEM))
            client-key-data: \(base64(holder.privateKeyPEM))
        contexts:
        - name: \(user)@\(cluster)
          context:
            cluster: \(cluster)
            user: \(user)@\(cluster)
        current-context: \(user)@\(cluster)

        """
}
