import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.nio.file.Path;

/** Runs HiveMQ Community Edition from the folder that is given, until a signal comes. */
public final class Launcher {
    public static void main(final String[] args) {
        final Path folder = Path.of(args[0]);
        final EmbeddedHiveMQ hivemq = EmbeddedHiveMQ.builder()
                .withConfigurationFolder(folder.resolve("conf"))
                .withDataFolder(folder.resolve("data"))
                .withExtensionsFolder(folder.resolve("extensions"))
                .withEmbeddedExtension(EmbeddedExtension.builder()
                        .withId("allow-all")
                        .withName("Allow all")
                        .withVersion("1")
                        .withExtensionMain(new AllowAll())
                        .build())
                .build();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> hivemq.stop().join()));
        hivemq.start().join();
    }

    /** Without an extension that says otherwise, every client is refused. */
    private static final class AllowAll implements ExtensionMain {
        @Override
        public void extensionStart(final ExtensionStartInput input, final ExtensionStartOutput output) {
            final SimpleAuthenticator authenticator = (in, out) -> out.authenticateSuccessfully();
            Services.securityRegistry().setAuthenticatorProvider(provider -> authenticator);
        }

        @Override
        public void extensionStop(final ExtensionStopInput input, final ExtensionStopOutput output) {
            // Nothing to release.
        }
    }
}
