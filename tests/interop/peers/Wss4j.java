// WSS4J 1.6 as a peer.
//   java Wss4j verify CERTIFICATE.pem,... OWN.p12 FILE...     a line a file: "accepted PARTS TEXT" or "refused REASON"
//   java Wss4j secure OWN.p12 RECIPIENT.pem|- REFERENCE IN OUT ...   signs, and encrypts for a recipient
// The password of each PKCS#12 file is "secret"; references are BST, ISSUER, SKI, THUMBPRINT, X509.
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import javax.security.auth.callback.Callback;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSPasswordCallback;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.components.crypto.Merlin;
import org.apache.ws.security.handler.RequestData;
import org.apache.ws.security.message.WSSecEncrypt;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.ws.security.util.WSSecurityUtil;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

public class Wss4j {
    static final char[] PASSWORD = "secret".toCharArray();
    static final String ADDRESSING = "http://www.w3.org/2005/08/addressing";

    public static void main(String[] args) throws Exception {
        WSSConfig.init();
        List<String> files = Arrays.asList(args);
        if (args[0].equals("verify")) {
            Merlin crypto = crypto(args[2]);
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            for (String file : args[1].split(",")) trust.setCertificateEntry(file, certificate(file));
            crypto.setTrustStore(trust);
            for (String file : files.subList(3, files.size())) System.out.println(verified(file, crypto));
        } else {
            Merlin crypto = crypto(args[1]);
            X509Certificate recipient = args[2].equals("-") ? null : certificate(args[2]);
            for (int i = 3; i < args.length; i += 3) secure(crypto, recipient, args[i], args[i + 1], args[i + 2]);
        }
    }

    static Merlin crypto(String file) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(file)) { keys.load(in, PASSWORD); }
        Merlin crypto = new Merlin();
        crypto.setKeyStore(keys);
        return crypto;
    }

    static X509Certificate certificate(String file) throws Exception {
        try (FileInputStream in = new FileInputStream(file)) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    static Document parsed(String file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(file);
    }

    static String verified(String file, Merlin crypto) throws Exception {
        Document document = parsed(file);
        RequestData data = new RequestData();
        data.setWssConfig(WSSConfig.getNewInstance());
        data.setSigCrypto(crypto);
        data.setDecCrypto(crypto);
        data.setCallbackHandler(callbacks -> {
            for (Callback one : callbacks) ((WSPasswordCallback) one).setPassword("secret");
        });
        TreeSet<String> parts = new TreeSet<>();
        try {
            Element security = WSSecurityUtil.getSecurityHeader(document, null);
            for (WSSecurityEngineResult result : new WSSecurityEngine().processSecurityHeader(security, data)) {
                int action = (Integer) result.get(WSSecurityEngineResult.TAG_ACTION);
                Object found = result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
                if (action == WSConstants.SIGN)
                    for (Object one : (List<?>) found) parts.add(((WSDataRef) one).getName().getLocalPart());
                if (action == WSConstants.ENCR) parts.add("encrypted");
            }
        } catch (Exception error) {
            return "refused " + String.valueOf(error.getMessage()).replace('\n', ' ');
        }
        return "accepted " + String.join(",", parts) + " " + body(document).getTextContent().trim();
    }

    static Element body(Document document) {
        Node found = document.getDocumentElement().getLastChild();
        while (!"Body".equals(found.getLocalName())) found = found.getPreviousSibling();
        return (Element) found;
    }

    static void secure(Merlin crypto, X509Certificate recipient, String reference, String in, String out) throws Exception {
        Document document = parsed(in);
        String soap = document.getDocumentElement().getNamespaceURI();
        WSSecHeader header = new WSSecHeader();
        header.insertSecurityHeader(document);
        WSSecTimestamp timestamp = new WSSecTimestamp();
        timestamp.setTimeToLive(300);
        timestamp.build(document, header);
        WSSecSignature signature = new WSSecSignature();
        signature.setUserInfo("me", "secret");
        signature.setKeyIdentifierType(identifier(reference));
        signature.setSignatureAlgorithm("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
        signature.setDigestAlgo("http://www.w3.org/2001/04/xmlenc#sha256");
        List<WSEncryptionPart> parts = new ArrayList<>();
        parts.add(new WSEncryptionPart("Body", soap, "Content"));
        parts.add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, "Content"));
        for (String name : new String[] {"To", "Action", "MessageID", "ReplyTo", "RelatesTo"})
            if (document.getElementsByTagNameNS(ADDRESSING, name).getLength() == 1)
                parts.add(new WSEncryptionPart(name, ADDRESSING, "Content"));
        signature.setParts(parts);
        signature.build(document, crypto, header);
        if (recipient != null) {
            WSSecEncrypt encryption = new WSSecEncrypt();
            encryption.setUseThisCert(recipient);
            encryption.setKeyIdentifierType(WSConstants.ISSUER_SERIAL);
            encryption.setSymmetricEncAlgorithm("http://www.w3.org/2009/xmlenc11#aes256-gcm");
            encryption.setKeyEnc("http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p");
            encryption.build(document, crypto, header);
        }
        try (FileOutputStream stream = new FileOutputStream(out)) {
            TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(stream));
        }
    }

    static int identifier(String reference) {
        switch (reference) {
            case "BST": return WSConstants.BST_DIRECT_REFERENCE;
            case "ISSUER": return WSConstants.ISSUER_SERIAL;
            case "SKI": return WSConstants.SKI_KEY_IDENTIFIER;
            case "THUMBPRINT": return WSConstants.THUMBPRINT_IDENTIFIER;
            default: return WSConstants.X509_KEY_IDENTIFIER;
        }
    }
}
